package dev.howdah.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers in our words, not in a page of Jetty's, to requests that are refused before they reach a route. */
final class HttpErrors extends ErrorHandler {

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int status,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, RpcError.CONTENT_TYPE);
        response.write(true, body(status, message), callback);
    }

    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    private static ByteBuffer body(int status, @Nullable String message) {
        return ByteBuffer.wrap(RpcError.refused(status, message).json().getBytes(StandardCharsets.UTF_8));
    }
}
