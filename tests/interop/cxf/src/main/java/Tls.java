import java.io.IOException;
import java.net.*;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.*;

/** TLS on loopback, with the key of Bob: between CXF and a relay, behind which the other side has none. */
class Tls {
    static KeyManager[] keys;
    static SSLContext context;
    /** Whom CXF reaches is decided by the port. */
    static final TrustManager[] ANYONE = {new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }};

    static void load(Path folder) throws Exception {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(Peer.keys(folder, "bob"), Peer.PASSWORD.toCharArray());
        keys = factory.getKeyManagers();
        context = SSLContext.getInstance("TLS");
        context.init(keys, ANYONE, null);
    }

    /** A port whose connections go to another one; TLS is on the outer side or on the inner one. */
    static int relay(boolean outer, int target) throws IOException {
        ServerSocket server = outer ? context.getServerSocketFactory().createServerSocket(0) : new ServerSocket(0);
        Thread accepting = new Thread(() -> {
            while (true) {
                try {
                    Socket from = server.accept();
                    Socket to = outer ? new Socket("localhost", target) : context.getSocketFactory().createSocket("localhost", target);
                    pump(from, to, false);
                    pump(to, from, true);
                } catch (IOException ended) {
                    // The next connection may do better.
                }
            }
        });
        accepting.setDaemon(true);
        accepting.start();
        return server.getLocalPort();
    }

    /** What answers ends the connection. */
    static void pump(Socket from, Socket to, boolean answers) {
        Thread pumping = new Thread(() -> {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException ended) {
                // The other side closed it.
            }
            if (answers) {
                close(to);
                close(from);
            }
        });
        pumping.setDaemon(true);
        pumping.start();
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException ended) {
            // It is closed.
        }
    }
}
