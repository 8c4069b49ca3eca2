// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Speaks HTTP/2 frame by frame (RFC 9113), as no library would: requests that never end, answers that are never read. One thread. */
public final class RawClient implements Closeable {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int FRAME = 16_384;
    private static final int LONG_TEXT = 127;

    private final SSLSocket socket;
    private final String token;
    private int stream = -1;

    /**
     * Connects to the loopback address.
     *
     * @param tls shows a certificate that the server accepts
     * @param port of the server
     * @param token sent with each call
     * @throws IOException if there is no connection, or no handshake
     */
    public RawClient(SSLContext tls, int port, String token) throws IOException {
        this.token = token;
        socket = (SSLSocket) tls.getSocketFactory().createSocket("localhost", port);
        boolean connected = false;
        try {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            frame(SETTINGS, 0, 0, new byte[0]);
            byte[] first = socket.getInputStream().readNBytes(9); // its settings: it is ready
            if (first.length < 9) {
                throw new IOException("the server hung up");
            }
            socket.getInputStream().readNBytes(first[2] & 0xff);
            connected = true;
        } finally {
            if (!connected) {
                socket.close();
            }
        }
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

    /**
     * Begins a call that does not end.
     *
     * @param method such as {@code package.Service/Method}
     * @param announced length of its message
     * @param sent bytes of the message that are sent
     * @throws IOException if the server has hung up
     */
    public void halfSent(String method, int announced, int sent) throws IOException {
        headers(method, 0);
        message(announced, new byte[sent], false);
    }

    /**
     * A call whose answer nobody reads.
     *
     * @param method such as {@code package.Service/Method}
     * @param message sent whole
     * @throws IOException if the server has hung up
     */
    public void call(String method, byte[] message) throws IOException {
        headers(method, 0);
        message(message.length, message, true);
    }

    /**
     * A call with a header that nobody wants.
     *
     * @param method such as {@code package.Service/Method}
     * @param bytes of the header, up to 16,000
     * @throws IOException if the server has hung up
     */
    public void largeHeader(String method, int bytes) throws IOException {
        headers(method, bytes);
    }

    /**
     * Data of a stream that was never opened, which breaks the connection.
     *
     * @throws IOException if the server has hung up
     */
    public void ofNoStream() throws IOException {
        stream += 2;
        frame(DATA, 0, stream, new byte[1]);
    }

    private void headers(String method, int extra) throws IOException {
        stream += 2;
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(":method", "POST");
        fields.put(":scheme", "https");
        fields.put(":path", "/" + method);
        fields.put(":authority", "localhost");
        fields.put("te", "trailers");
        fields.put("content-type", "application/grpc");
        fields.put("authorization", "Bearer " + token);
        if (extra > 0) {
            fields.put("x", "x".repeat(extra));
        }
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        fields.forEach((name, value) -> {
            headers.write(0); // literal, not indexed, with a new name (RFC 7541, 6.2.2)
            text(headers, name);
            text(headers, value);
        });
        frame(HEADERS, END_HEADERS, stream, headers.toByteArray());
    }

    /** A length with a prefix of 7 bits (RFC 7541, 5.1), then the text as it is. */
    private static void text(ByteArrayOutputStream out, String text) {
        int left = text.length() - LONG_TEXT;
        out.write(Math.min(text.length(), LONG_TEXT));
        if (left >= 0) {
            for (; left >= 128; left /= 128) {
                out.write(left % 128 + 128);
            }
            out.write(left);
        }
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void message(int announced, byte[] bytes, boolean whole) throws IOException {
        ByteArrayOutputStream prefix = new ByteArrayOutputStream();
        new DataOutputStream(prefix).writeByte(0);
        new DataOutputStream(prefix).writeInt(announced);
        frame(DATA, whole && bytes.length == 0 ? END_STREAM : 0, stream, prefix.toByteArray());
        for (int at = 0; at < bytes.length; at += FRAME) {
            byte[] part = new byte[Math.min(bytes.length - at, FRAME)];
            System.arraycopy(bytes, at, part, 0, part.length);
            frame(DATA, whole && at + FRAME >= bytes.length ? END_STREAM : 0, stream, part);
        }
    }

    /**
     * Reads what has come, and forgets it.
     *
     * @throws IOException if the server has hung up
     */
    public void drain() throws IOException {
        InputStream in = socket.getInputStream();
        socket.setSoTimeout(1);
        try {
            byte[] buffer = new byte[FRAME];
            while (in.read(buffer) >= 0) {
                // until there is no more
            }
        } catch (SocketTimeoutException e) {
            return; // nothing more for now
        }
        throw new IOException("the server hung up");
    }

    /**
     * Whether the server has hung up, or does so within a time.
     *
     * @param millis the time
     * @throws IOException if that cannot be found out
     */
    public boolean hasEnded(int millis) throws IOException {
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
