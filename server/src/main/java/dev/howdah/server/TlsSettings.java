package dev.howdah.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * What HTTPS is answered with, from files in PEM. They are read when the server starts, and again when they have changed.
 *
 * @param certificates the server's own certificate first, then those that lead to its root
 * @param key its private key in PKCS #8, unencrypted ({@code BEGIN PRIVATE KEY})
 */
public record TlsSettings(Path certificates, Path key) {

    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final char[] IN_MEMORY = {};

    /** @throws IllegalArgumentException in one line, if the files can't be used */
    public TlsSettings {
        keyStore(certificates, key);
    }

    SslContextFactory.Server contextFactory() {
        SslContextFactory.Server factory = new SslContextFactory.Server();
        load(factory);
        return factory;
    }

    /** Reads the files. @throws IllegalArgumentException in one line, if they can't be used: nothing has changed then */
    void load(SslContextFactory factory) {
        factory.setKeyStore(keyStore(certificates, key));
        factory.setKeyStorePassword(new String(IN_MEMORY));
    }

    private static KeyStore keyStore(Path certificates, Path key) {
        try (InputStream pem = Files.newInputStream(certificates)) {
            Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(pem)
                    .toArray(Certificate[]::new);
            if (chain.length == 0) {
                throw new IllegalArgumentException("no certificate in " + certificates);
            }
            PrivateKey own = privateKey(key);
            if (!belongTogether(own, chain[0])) {
                throw new IllegalArgumentException(
                        "the key in " + key + " is not that of the first certificate in " + certificates);
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, IN_MEMORY);
            store.setKeyEntry("howdah", own, IN_MEMORY, chain);
            return store;
        } catch (IOException e) {
            throw new IllegalArgumentException("can't read " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("can't use the certificates in " + certificates + ": " + e.getMessage());
        }
    }

    /** What the key signs, the certificate vouches for. */
    private static boolean belongTogether(PrivateKey key, Certificate certificate) throws GeneralSecurityException {
        String algorithm = key.getAlgorithm();
        if (!certificate.getPublicKey().getAlgorithm().equals(algorithm)) {
            return false;
        }
        Signature signature = Signature.getInstance(
                switch (algorithm) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> algorithm;
                });
        signature.initSign(key);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        return signature.verify(signed);
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        Matcher pem = PKCS8.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new IllegalArgumentException(
                    "no unencrypted PKCS #8 key in " + file + " (openssl pkcs8 -topk8 -nocrypt makes one)");
        }
        PKCS8EncodedKeySpec spec =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // a key of another kind
            }
        }
        throw new IllegalArgumentException("neither an RSA nor an elliptic key in " + file);
    }
}
