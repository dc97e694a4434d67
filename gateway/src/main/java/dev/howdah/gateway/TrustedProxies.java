package dev.howdah.gateway;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Proxies whose {@code X-Forwarded-For} is believed: addresses, or networks as {@code 10.0.0.0/8}. */
public final class TrustedProxies {

    /** Numbers alone: a name would be looked up, and may change. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private final List<String> addresses;
    private final List<Network> networks;

    private record Network(byte[] address, int bits) {
        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i % 8);
                if ((address[i / 8] & mask) != (other[i / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private TrustedProxies(List<String> addresses, List<Network> networks) {
        this.addresses = addresses;
        this.networks = networks;
    }

    public static TrustedProxies none() {
        return new TrustedProxies(List.of(), List.of());
    }

    /** @throws IllegalArgumentException for what is neither an address nor a network */
    public static TrustedProxies of(List<String> addresses) {
        List<Network> networks = new ArrayList<>();
        for (String text : addresses) {
            int slash = text.indexOf('/');
            byte[] address = address(slash < 0 ? text : text.substring(0, slash));
            String bits = slash < 0 ? "" : text.substring(slash + 1);
            if (address == null || slash >= 0 && !bits.matches("\\d{1,3}")) {
                throw wrong(text);
            }
            int length = slash < 0 ? address.length * 8 : Integer.parseInt(bits);
            if (length > address.length * 8) {
                throw wrong(text);
            }
            networks.add(new Network(address, length));
        }
        return new TrustedProxies(List.copyOf(addresses), List.copyOf(networks));
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "not a proxy's address: '" + text + "' (write 10.1.2.3 or a network as 10.0.0.0/8)");
    }

    public boolean isEmpty() {
        return networks.isEmpty();
    }

    boolean trusts(String address) {
        byte[] bytes = address(address);
        return bytes != null && networks.stream().anyMatch(network -> network.contains(bytes));
    }

    /** @throws RpcError 403 for a request that comes over the net, in the clear, and from none of them */
    void check(Context request) {
        if (!networks.isEmpty() && !request.req().isSecure() && !isLoopback(request.ip()) && !trusts(request.ip())) {
            throw RpcError.forbidden("Only the trusted proxies may connect without TLS");
        }
    }

    private static boolean isLoopback(String text) {
        byte[] address = address(text);
        try {
            return address != null && InetAddress.getByAddress(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Where a request comes from: the last address on its way that is no trusted proxy. */
    String clientOf(Context request) {
        String client = request.ip();
        if (networks.isEmpty() || !trusts(client)) {
            return client;
        }
        List<String> way = new ArrayList<>();
        for (String header : java.util.Collections.list(request.req().getHeaders("X-Forwarded-For"))) {
            Arrays.stream(header.split(",")).map(String::strip).forEach(way::add);
        }
        for (int i = way.size() - 1; i >= 0 && trusts(client); i--) {
            if (address(way.get(i)) == null) {
                break; // what is no address can't be believed, nor what comes before it
            }
            client = way.get(i);
        }
        return client;
    }

    private static byte @Nullable [] address(String text) {
        String bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (!ADDRESS.matcher(bare).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(bare).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TrustedProxies proxies && addresses.equals(proxies.addresses);
    }

    @Override
    public int hashCode() {
        return addresses.hashCode();
    }

    @Override
    public String toString() {
        return addresses.toString();
    }
}
