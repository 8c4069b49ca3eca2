// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Speaks HTTP/2 frame by frame (RFC 9113), as no library would: requests that never end. */
final class RawClient implements AutoCloseable {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_HEADERS = 4;
    private static final int FRAME = 16_384;

    private final SSLSocket socket;
    private int stream = -1;

    RawClient(Secrets secrets, int port) throws IOException, GeneralSecurityException {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(
                new KeyManager[] {secrets.identity()},
                new TrustManager[] {Tls.trust(secrets.local(), Secrets.GRACE, Clock.systemUTC())},
                null);
        socket = (SSLSocket) tls.getSocketFactory().createSocket("localhost", port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, 0, 0, new byte[0]);
        byte[] first = socket.getInputStream().readNBytes(9); // its settings: it is ready
        socket.getInputStream().readNBytes(first[2] & 0xff);
    }

    private void frame(int type, int flags, int id, byte[] payload) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(payload.length >> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(id);
        out.write(payload);
        socket.getOutputStream().write(bytes.toByteArray());
    }

    /** Begins a call; its message is announced with a length, and comes as far as {@code sent}. */
    void halfSent(String method, int announced, int sent) throws IOException {
        stream += 2;
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        List<Map.Entry<String, String>> fields = List.of(
                Map.entry(":method", "POST"),
                Map.entry(":scheme", "https"),
                Map.entry(":path", "/" + method),
                Map.entry(":authority", "localhost"),
                Map.entry("te", "trailers"),
                Map.entry("content-type", "application/grpc"),
                Map.entry("authorization", "Bearer " + Secrets.TOKEN));
        for (Map.Entry<String, String> field : fields) {
            headers.write(0); // literal, not indexed, with a new name (RFC 7541, 6.2.2)
            headers.write(field.getKey().length());
            headers.writeBytes(field.getKey().getBytes(StandardCharsets.US_ASCII));
            headers.write(field.getValue().length());
            headers.writeBytes(field.getValue().getBytes(StandardCharsets.US_ASCII));
        }
        frame(HEADERS, END_HEADERS, stream, headers.toByteArray());
        ByteArrayOutputStream prefix = new ByteArrayOutputStream();
        new DataOutputStream(prefix).writeByte(0);
        new DataOutputStream(prefix).writeInt(announced);
        frame(DATA, 0, stream, prefix.toByteArray());
        for (int left = sent; left > 0; left -= FRAME) {
            frame(DATA, 0, stream, new byte[Math.min(left, FRAME)]);
        }
    }

    /** Whether the server has hung up, or does so within a time. */
    boolean hasEnded(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream()); // settings, window updates
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
