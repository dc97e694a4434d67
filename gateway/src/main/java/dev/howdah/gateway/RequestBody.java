package dev.howdah.gateway;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads bodies: no byte more than the limit, and no text that is not UTF-8. */
final class RequestBody {

    private static final Logger log = LoggerFactory.getLogger(RequestBody.class);
    /** How long a client that was refused may go on sending: after that its connection is reset. */
    private static final Duration LINGER = Duration.ofSeconds(30);

    /** In bytes a second, from the first second on. A body that comes more slowly only keeps a thread from its work. */
    private static final int SLOWEST = 100;

    /**
     * How many bodies may be waited for at a time where each takes one of the server's 250 threads: others must be left for
     * requests without a body, which ask whether the server lives.
     */
    private static final Semaphore WAITING = new Semaphore(Runtime.version().feature() >= 21 ? Integer.MAX_VALUE : 128);

    private RequestBody() {}

    /**
     * @throws RpcError 413 if it is longer than it may be, whether it says so or not; 408 if it trickles in or takes longer
     *     than it may, 400 if it breaks off, 503 if too many others are waited for
     */
    static byte[] read(Context request, TrafficSettings traffic) {
        if (!WAITING.tryAcquire()) {
            request.header("Connection", "close");
            throw RpcError.refused(503, "Too many requests whose bodies are not there yet");
        }
        try {
            return whole(request, traffic);
        } finally {
            WAITING.release();
        }
    }

    private static byte[] whole(Context request, TrafficSettings traffic) {
        int maxBytes = traffic.maxBodyBytes();
        long said = request.req().getContentLengthLong();
        if (said > maxBytes) {
            throw tooLarge(request, maxBytes);
        }
        try {
            InputStream in = request.bodyInputStream();
            byte[] body = new byte[(int) Math.min(maxBytes, said < 0 ? 8192 : Math.min(8192, said + 1))];
            int length = 0;
            long start = System.nanoTime();
            for (int read = in.read(body); read >= 0; read = in.read(body, length, body.length - length)) {
                length += read;
                long nanos = System.nanoTime() - start;
                if (isSlow(length, nanos)) {
                    throw tooSlow(request, "by fewer than " + SLOWEST + " bytes a second");
                }
                if (nanos > traffic.bodyTimeout().toNanos()) {
                    throw tooSlow(
                            request, "it may take " + traffic.bodyTimeout().toMillis() + " ms");
                }
                if (length == maxBytes) {
                    if (in.read() >= 0) {
                        throw tooLarge(request, maxBytes);
                    }
                    break;
                }
                if (length == body.length) {
                    body = Arrays.copyOf(body, (int) Math.min(maxBytes, 2L * length));
                }
            }
            return Arrays.copyOf(body, length);
        } catch (IOException e) {
            throw broken(request);
        } catch (RuntimeException e) {
            // chunks that are none reach us as Jetty's own unchecked exception
            throw e instanceof RpcError ? e : broken(request);
        }
    }

    private static boolean isSlow(long bytes, long nanos) {
        return nanos > 1_000_000_000 && bytes < nanos / 1_000_000_000.0 * SLOWEST;
    }

    /**
     * Answers, if need be before all of the body is there, and then throws away what still comes, for a while. A
     * connection that is closed on somebody who sends is reset, and many clients read no answer before they have sent
     * everything. It costs no memory, and no more time than a body that is read.
     */
    static void refuse(Context request, String answer) {
        try (OutputStream out = request.res().getOutputStream()) {
            out.write(answer.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            log.debug("{} {}: gone before the answer: {}", request.method(), request.path(), e.toString());
            return;
        }
        if (!WAITING.tryAcquire()) {
            return;
        }
        try {
            InputStream in = request.bodyInputStream();
            byte[] ignored = new byte[8192];
            long start = System.nanoTime();
            while (in.read(ignored) >= 0 && System.nanoTime() - start < LINGER.toNanos()) {
                // thrown away
            }
        } catch (IOException | RuntimeException e) {
            // whoever has read the answer need not send the rest
            log.debug("{} {}: gone before the body's end: {}", request.method(), request.path(), e.toString());
        } finally {
            WAITING.release();
        }
    }

    /** @throws RpcError 400 if it is not UTF-8 */
    static String utf8(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8); // much quicker, and lenient
        if (text.indexOf('\ufffd') < 0) {
            return text;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw RpcError.badBody("Not UTF-8");
        }
    }

    /** What is left of the body is not read, so nothing can follow it on this connection. */
    private static RpcError tooLarge(Context request, int maxBytes) {
        request.header("Connection", "close");
        return RpcError.tooLarge(maxBytes);
    }

    private static RpcError tooSlow(Context request, String why) {
        request.header("Connection", "close");
        return RpcError.refused(408, "The body came too slowly: " + why);
    }

    private static RpcError broken(Context request) {
        request.header("Connection", "close");
        return RpcError.badBody("The body did not arrive in full");
    }
}
