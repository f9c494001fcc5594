import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.*;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.*;

/**
 * What the drivers have in common. A command is a line of words between tabs, the last one in base64; the answer is a
 * line, "OK base64" or "ERR reason".
 */
class Lines {
    static final String PASSWORD = "changeit";

    interface Command {
        byte[] run(String[] words, byte[] message) throws Exception;
    }

    /** The stream of answers: whatever else is printed goes to stderr. */
    static PrintStream answers() {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        return out;
    }

    static void serve(PrintStream out, Command command) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line; (line = in.readLine()) != null; ) {
            String[] words = line.split("\t");
            String answer;
            try {
                byte[] result = command.run(words, Base64.getDecoder().decode(words[words.length - 1]));
                answer = "OK " + Base64.getEncoder().encodeToString(result);
            } catch (Throwable error) {
                error.printStackTrace();
                StringBuilder reason = new StringBuilder("ERR");
                for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                    reason.append(" | ").append(cause);
                }
                answer = reason.toString().replaceAll("\\s+", " ");
            }
            out.println(answer);
        }
    }

    /** The identities of these names, each with its CA. */
    static KeyStore keys(Path folder, String... names) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        for (String name : names) {
            Certificate ca = certificate(folder.resolve(isBrainpool(name) ? "bp-ca.pem" : "ca.pem"));
            String pem = Files.readString(folder.resolve(name + ".key"));
            byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]+-----", ""));
            PrivateKey key = KeyFactory.getInstance(algorithm(name)).generatePrivate(new PKCS8EncodedKeySpec(der));
            Certificate own = certificate(folder.resolve(name + ".pem"));
            keys.setKeyEntry(name, key, PASSWORD.toCharArray(), new Certificate[] {own, ca});
        }
        return keys;
    }

    /** Trust in the CA. */
    static KeyStore trust(Path folder) throws Exception {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("ca", certificate(folder.resolve("ca.pem")));
        return trust;
    }

    /** Writes a key store in one step: another driver may be reading the file. */
    static void store(KeyStore store, Path file) throws Exception {
        Path whole = Files.createTempFile(file.getParent(), "store", null);
        try (OutputStream out = Files.newOutputStream(whole)) {
            store.store(out, PASSWORD.toCharArray());
        }
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String algorithm(String name) {
        return switch (name) {
            case "ka-x25519" -> "X25519";
            case "ed25519", "ed25519-bob" -> "Ed25519";
            default -> name.startsWith("ec") || name.startsWith("ka-ec") || isBrainpool(name) ? "EC" : "RSA";
        };
    }

    /** On a curve that the JDK lacks: a driver with such a key has the provider of BouncyCastle. */
    private static boolean isBrainpool(String name) {
        return name.startsWith("bp") || name.startsWith("ka-bp");
    }

    static Certificate certificate(Path path) throws Exception {
        try (InputStream in = Files.newInputStream(path)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    static Document parse(byte[] message) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(message));
    }

    static byte[] serialise(Node node) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        transformer.transform(new DOMSource(node), new StreamResult(out));
        return out.toByteArray();
    }
}
