import jakarta.jws.*;
import jakarta.jws.soap.SOAPBinding;
import java.io.*;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.*;
import javax.security.auth.callback.*;
import org.apache.cxf.BusFactory;
import org.apache.cxf.jaxws.EndpointImpl;
import org.apache.cxf.jaxws.JaxWsProxyFactoryBean;
import org.apache.cxf.ws.policy.WSPolicyFeature;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.common.ext.WSPasswordCallback;

/**
 * CXF 4.2, driven by the security policies that the test sends; ENGINE is dom or stax, KEYS is certificates or shared.
 *
 * The first answer is "OK PORT": services will listen at http://localhost:PORT/NAME.
 * publish ENGINE KEYS NAME POLICY      publishes a service
 * call ENGINE KEYS URL POLICY AMOUNT   calls the service at URL; the answer is the amount that it accepted
 */
public class Cxf4 {
    static Merlin crypto;

    public static void main(String[] args) throws Exception {
        PrintStream out = Lines.answers();
        crypto = Peer.crypto(Path.of(args[0]), "alice", "bob");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        out.println("OK " + port);
        Lines.serve(out, (words, last) -> switch (words[0]) {
            case "publish" -> publish(words, last, "http://localhost:" + port + "/");
            case "call" -> call(words, last);
            default -> throw new IllegalArgumentException(words[0]);
        });
        System.exit(0);
    }

    /** The streaming engine finds the policy of a message by the name of its payload. */
    @WebService(name = "Bank", targetNamespace = "urn:bank")
    @SOAPBinding(parameterStyle = SOAPBinding.ParameterStyle.BARE)
    public interface Bank {
        @WebMethod(action = "urn:pay")
        @WebResult(name = "accepted", targetNamespace = "urn:bank")
        String pay(@WebParam(name = "pay", targetNamespace = "urn:bank") String amount);
    }

    @WebService(endpointInterface = "Cxf4$Bank", targetNamespace = "urn:bank")
    public static class Teller implements Bank {
        @Override
        public String pay(String amount) {
            return amount;
        }
    }

    static byte[] publish(String[] words, byte[] policy, String address) throws Exception {
        EndpointImpl endpoint = new EndpointImpl(BusFactory.getDefaultBus(), new Teller());
        endpoint.getFeatures().add(feature(policy));
        String other = words[2].equals("shared") ? "bob" : "useReqSigCert";
        endpoint.setProperties(properties(words[1], "bob", other));
        endpoint.publish(address + words[3]);
        return words[3].getBytes(StandardCharsets.UTF_8);
    }

    static byte[] call(String[] words, byte[] amount) throws Exception {
        JaxWsProxyFactoryBean factory = new JaxWsProxyFactoryBean();
        factory.setServiceClass(Bank.class);
        factory.setAddress(words[3]);
        factory.getFeatures().add(feature(Base64.getDecoder().decode(words[4])));
        factory.setProperties(properties(words[1], "alice", "bob"));
        String accepted = ((Bank) factory.create()).pay(new String(amount, StandardCharsets.UTF_8));
        return accepted.getBytes(StandardCharsets.UTF_8);
    }

    static Map<String, Object> properties(String engine, String own, String other) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("security.callback-handler", (CallbackHandler) callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof WSPasswordCallback c) {
                    c.setPassword(Lines.PASSWORD);
                }
            }
        });
        properties.put("security.signature.crypto", crypto);
        properties.put("security.encryption.crypto", crypto);
        properties.put("security.signature.username", own);
        properties.put("security.encryption.username", other);
        properties.put("security.username", "ann");
        // The suites of WS-SecurityPolicy have SHA-1 here.
        String more = "http://www.w3.org/2001/04/xmldsig-more#";
        properties.put("ws-security.asymmetric.signature.algorithm", more + "rsa-sha256");
        properties.put("ws-security.symmetric.signature.algorithm", more + "hmac-sha256");
        properties.put("ws-security.return.security.error", "true");
        properties.put("ws-security.enable.streaming", String.valueOf(engine.equals("stax")));
        return properties;
    }

    static WSPolicyFeature feature(byte[] policy) throws Exception {
        WSPolicyFeature feature = new WSPolicyFeature();
        feature.setPolicyElements(List.of(Lines.parse(policy).getDocumentElement()));
        return feature;
    }
}
