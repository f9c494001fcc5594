import jakarta.xml.soap.*;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.security.auth.callback.*;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.springframework.ws.context.DefaultMessageContext;
import org.springframework.ws.soap.saaj.*;
import org.springframework.ws.soap.security.wss4j2.Wss4jSecurityInterceptor;

/**
 * Spring-WS 4: its interceptor, as a client that sends and as a service that receives. ACTIONS are words of WSS4J, with
 * spaces between them; REFERENCE is one of its key identifiers; the password of ann is s3cret.
 *
 * secure ACTIONS REFERENCE CIPHER MESSAGE   secures a message, as alice for bob
 * validate ACTIONS MESSAGE                  validates one, as bob; the answer is the text of the Body
 */
public class Spring {
    static Merlin crypto;

    public static void main(String[] args) throws Exception {
        PrintStream out = Lines.answers();
        crypto = new Merlin();
        var keys = Lines.keys(Path.of(args[0]), "alice", "bob");
        crypto.setKeyStore(keys);
        crypto.setTrustStore(Lines.trust(Path.of(args[0])));
        Lines.serve(out, (words, last) -> switch (words[0]) {
            case "secure" -> secure(words[1], words[2], words[3], last);
            case "validate" -> validate(words[1], last);
            default -> throw new IllegalArgumentException(words[0]);
        });
        System.exit(0);
    }

    static byte[] secure(String actions, String reference, String cipher, byte[] message) throws Exception {
        Wss4jSecurityInterceptor interceptor = new Wss4jSecurityInterceptor();
        interceptor.setSecurementActions(actions);
        interceptor.setSecurementUsername(actions.contains("UsernameToken") ? "ann" : "alice");
        interceptor.setSecurementPassword(actions.contains("UsernameToken") ? "s3cret" : Lines.PASSWORD);
        interceptor.setSecurementPasswordType(reference.equals("text") ? "PasswordText" : "PasswordDigest");
        interceptor.setSecurementSignatureCrypto(crypto);
        interceptor.setSecurementSignatureKeyIdentifier(reference);
        interceptor.setSecurementSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
        interceptor.setSecurementSignatureDigestAlgorithm("http://www.w3.org/2001/04/xmlenc#sha256");
        String wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
        String soap = "http://schemas.xmlsoap.org/soap/envelope/";
        interceptor.setSecurementSignatureParts("{}{" + soap + "}Body;{}{" + wsu + "}Timestamp");
        interceptor.setSecurementEncryptionCrypto(crypto);
        interceptor.setSecurementEncryptionUser("bob");
        interceptor.setSecurementEncryptionSymAlgorithm(cipher);
        interceptor.setSecurementEncryptionParts("{Content}{" + soap + "}Body");
        interceptor.afterPropertiesSet();
        SaajSoapMessage parsed = parsed(message);
        interceptor.handleRequest(new DefaultMessageContext(parsed, factory()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        parsed.getSaajMessage().writeTo(out);
        return out.toByteArray();
    }

    static byte[] validate(String actions, byte[] message) throws Exception {
        Wss4jSecurityInterceptor interceptor = new Wss4jSecurityInterceptor();
        interceptor.setValidationActions(actions);
        interceptor.setValidationSignatureCrypto(crypto);
        interceptor.setValidationDecryptionCrypto(crypto);
        interceptor.setValidationCallbackHandler(callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof WSPasswordCallback c) {
                    c.setPassword(c.getUsage() == WSPasswordCallback.USERNAME_TOKEN ? "s3cret" : Lines.PASSWORD);
                }
            }
        });
        interceptor.afterPropertiesSet();
        DefaultMessageContext context = new DefaultMessageContext(parsed(message), factory());
        if (!interceptor.handleRequest(context, null)) {
            throw new IllegalArgumentException("refused");
        }
        SOAPMessage validated = ((SaajSoapMessage) context.getRequest()).getSaajMessage();
        return validated.getSOAPBody().getTextContent().getBytes(StandardCharsets.UTF_8);
    }

    static SaajSoapMessageFactory factory() throws Exception {
        SaajSoapMessageFactory factory = new SaajSoapMessageFactory();
        factory.afterPropertiesSet();
        return factory;
    }

    static SaajSoapMessage parsed(byte[] message) throws Exception {
        MimeHeaders headers = new MimeHeaders();
        headers.addHeader("Content-Type", "text/xml; charset=utf-8");
        MessageFactory factory = MessageFactory.newInstance(SOAPConstants.SOAP_1_1_PROTOCOL);
        return new SaajSoapMessage(factory.createMessage(headers, new ByteArrayInputStream(message)), true, factory);
    }
}
