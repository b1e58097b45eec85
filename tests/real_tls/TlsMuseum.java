// Servers of the JDK with every algorithm that it disables opened again, for matrix.rs. What each accepts is found out by the
// JDK's own client, one handshake a suite, because OpenSSL can no longer speak most of it.
import java.io.FileInputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

public class TlsMuseum {
    // Arguments: a key store, then for each server PROTOCOLS;SUITES;AUTH with lists in commas, SUITES may be ALL, AUTH none or need.
    // Prints "port INDEX PORT", "accepts INDEX PROTOCOL SUITE", at last "ready".
    public static void main(String[] arguments) throws Exception {
        for (String list : new String[] {"jdk.tls.disabledAlgorithms", "jdk.certpath.disabledAlgorithms", "jdk.tls.legacyAlgorithms"}) {
            Security.setProperty(list, "");
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (FileInputStream file = new FileInputStream(arguments[0])) {
            store.load(file, "changeit".toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new Everyone()}, null);
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        SSLServerSocket[] servers = new SSLServerSocket[arguments.length - 1];
        for (int index = 0; index < servers.length; index++) {
            String[] wanted = arguments[index + 1].split(";");
            SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 200, loopback);
            server.setEnabledProtocols(wanted[0].split(","));
            server.setEnabledCipherSuites(wanted[1].equals("ALL") ? server.getSupportedCipherSuites() : wanted[1].split(","));
            server.setNeedClientAuth(wanted[2].equals("need"));
            servers[index] = server;
            System.out.println("port " + index + " " + server.getLocalPort());
            Thread accepting = new Thread(() -> serve(server));
            accepting.setDaemon(true);
            accepting.start();
        }
        List<String> questions = new ArrayList<>();
        for (int index = 0; index < servers.length; index++) {
            if (servers[index].getNeedClientAuth()) {
                continue;
            }
            for (String protocol : servers[index].getEnabledProtocols()) {
                for (String suite : servers[index].getEnabledCipherSuites()) {
                    questions.add(index + " " + protocol + " " + suite);
                }
            }
        }
        // Most of a handshake is waiting, so many are made side by side.
        ExecutorService clients = Executors.newFixedThreadPool(16);
        for (String question : questions) {
            clients.submit(() -> {
                String[] words = question.split(" ");
                if (isAccepted(context, servers[Integer.parseInt(words[0])].getLocalPort(), words[1], words[2])) {
                    System.out.println("accepts " + question);
                }
            });
        }
        clients.shutdown();
        clients.awaitTermination(60, TimeUnit.SECONDS);
        System.out.println("ready");
        System.out.flush();
        System.in.read();
    }

    private static void serve(SSLServerSocket server) {
        while (true) {
            try {
                SSLSocket socket = (SSLSocket) server.accept();
                Thread talking = new Thread(() -> talk(socket));
                talking.setDaemon(true);
                talking.start();
            } catch (Exception closed) {
                return;
            }
        }
    }

    private static void talk(SSLSocket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(3000);
            socket.startHandshake();
            socket.getInputStream().read();
        } catch (Exception refused) {
            // What a client is refused is no matter of the server's.
        }
    }

    private static boolean isAccepted(SSLContext context, int port, String protocol, String suite) {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(3000);
            socket.setEnabledProtocols(new String[] {protocol});
            socket.setEnabledCipherSuites(new String[] {suite});
            socket.startHandshake();
            return socket.getSession().getCipherSuite().equals(suite) && socket.getSession().getProtocol().equals(protocol);
        } catch (Exception refused) {
            return false;
        }
    }

    private static class Everyone implements X509TrustManager {
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
