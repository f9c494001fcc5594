import java.io.*;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.KeyStore;
import java.util.*;
import javax.xml.namespace.QName;
import org.apache.axiom.om.OMElement;
import org.apache.axiom.om.util.AXIOMUtil;
import org.apache.axiom.soap.SOAP11Constants;
import org.apache.axis2.Constants;
import org.apache.axis2.addressing.EndpointReference;
import org.apache.axis2.client.*;
import org.apache.axis2.context.*;
import org.apache.axis2.description.*;
import org.apache.axis2.receivers.RawXMLINOutMessageReceiver;
import org.apache.axis2.transport.http.*;
import org.apache.neethi.*;
import org.apache.rampart.RampartMessageData;
import org.apache.rampart.policy.model.*;

/**
 * Rampart 1.7.1, driven by the security policies that the test sends; KEYS is certificates or shared.
 *
 * Arguments: KEYS WORK. The first answer is "OK PORT": services will listen at http://localhost:PORT/axis2/services/NAME.
 * publish KEYS NAME POLICY      publishes a service
 * call KEYS URL POLICY BODY     calls the service at URL; the answer is the payload of the reply
 */
public class RampartDriver {
    static Path work;
    static ConfigurationContext context;

    public static void main(String[] args) throws Exception {
        PrintStream out = Lines.answers();
        work = Files.createDirectories(Path.of(args[1]));
        KeyStore keys = Lines.keys(Path.of(args[0]), "alice", "bob");
        keys.setCertificateEntry("ca", Lines.trust(Path.of(args[0])).getCertificate("ca"));
        Lines.store(keys, work.resolve("keys.p12"));
        context = started();
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        new SimpleHTTPServer(context, port).start();
        out.println("OK " + port);
        Lines.serve(out, (words, last) -> switch (words[0]) {
            case "publish" -> publish(words[1], words[2], last);
            case "call" -> call(words[1], words[2], Base64.getDecoder().decode(words[3]), last);
            default -> throw new IllegalArgumentException(words[0]);
        });
        System.exit(0);
    }

    /** Axis2 with the modules that are on the class path. */
    static ConfigurationContext started() throws Exception {
        Path modules = Files.createDirectories(work.resolve("repository/modules"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (entry.endsWith(".mar")) {
                Path module = Path.of(entry);
                Files.copy(module, modules.resolve(module.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return ConfigurationContextFactory.createConfigurationContextFromFileSystem(
            work.resolve("repository").toString(), null);
    }

    public static class Bank {
        public OMElement pay(OMElement request) throws Exception {
            if (!request.getText().equals("4711")) {
                throw new IllegalArgumentException("another amount");
            }
            return AXIOMUtil.stringToOM("<accepted xmlns=\"urn:bank\">4711</accepted>");
        }
    }

    static Policy policy(byte[] octets, String own, String other) {
        Policy policy = PolicyEngine.getPolicy(new ByteArrayInputStream(octets));
        CryptoConfig crypto = new CryptoConfig();
        crypto.setProvider("org.apache.ws.security.components.crypto.Merlin");
        Properties properties = new Properties();
        String merlin = "org.apache.ws.security.crypto.merlin.";
        properties.setProperty(merlin + "keystore.type", "PKCS12");
        properties.setProperty(merlin + "file", work.resolve("keys.p12").toString());
        properties.setProperty(merlin + "keystore.password", Lines.PASSWORD);
        crypto.setProp(properties);
        RampartConfig config = new RampartConfig();
        config.setUser(own);
        config.setUserCertAlias(own);
        config.setEncryptionUser(other);
        config.setPwCbClass("RampartPasswords");
        config.setSigCryptoConfig(crypto);
        config.setEncrCryptoConfig(crypto);
        policy.addAssertion(config);
        return policy;
    }

    static byte[] publish(String keys, String name, byte[] octets) throws Exception {
        AxisService service = new AxisService(name);
        service.setClassLoader(RampartDriver.class.getClassLoader());
        service.addParameter(new Parameter(Constants.SERVICE_CLASS, "RampartDriver$Bank"));
        InOutAxisOperation operation = new InOutAxisOperation(new QName("pay"));
        operation.setMessageReceiver(new RawXMLINOutMessageReceiver());
        operation.setSoapAction("urn:pay");
        service.addOperation(operation);
        service.mapActionToOperation("urn:pay", operation);
        context.getAxisConfiguration().addService(service);
        String other = keys.equals("shared") ? "alice" : "useReqSigCert";
        service.getPolicySubject().attachPolicy(policy(octets, "bob", other));
        service.engageModule(context.getAxisConfiguration().getModule("rampart"));
        return name.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] call(String keys, String url, byte[] policy, byte[] body) throws Exception {
        ServiceClient client = new ServiceClient(context, null);
        Options options = new Options();
        options.setTo(new EndpointReference(url));
        options.setAction("urn:pay");
        options.setSoapVersionURI(SOAP11Constants.SOAP_ENVELOPE_NAMESPACE_URI);
        options.setProperty(RampartMessageData.KEY_RAMPART_POLICY, policy(policy, "alice", "bob"));
        options.setProperty(HTTPConstants.CHUNKED, "false");
        options.setTimeOutInMilliSeconds(20_000);
        client.setOptions(options);
        client.engageModule("rampart");
        try {
            OMElement reply = client.sendReceive(AXIOMUtil.stringToOM(new String(body, StandardCharsets.UTF_8)));
            return reply.toString().getBytes(StandardCharsets.UTF_8);
        } finally {
            client.cleanupTransport();
            client.cleanup();
        }
    }
}
