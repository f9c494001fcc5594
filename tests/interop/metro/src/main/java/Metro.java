import com.sun.xml.wss.*;
import com.sun.xml.wss.impl.callback.*;
import jakarta.xml.soap.*;
import jakarta.xml.ws.*;
import jakarta.xml.ws.Provider;
import java.io.*;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.security.cert.X509Certificate;
import java.util.*;
import javax.security.auth.callback.*;
import javax.xml.namespace.QName;
import javax.xml.transform.*;
import javax.xml.transform.stream.*;

/**
 * Metro 4: XWSS on messages, and WSIT over HTTP. WORK is a folder for key stores and descriptions.
 *
 * Arguments: KEYS WORK. The first answer is "OK PORT": services will listen at http://localhost:PORT/NAME.
 * secure CONFIG MESSAGE    secures a message, as alice for bob
 * verify CONFIG MESSAGE    verifies one, as bob; the answer is the text of the Body
 * publish NAME WSDL        publishes a service; its WSDL has the policies and the key stores
 * call URL WSDL BODY       calls the service at URL; the answer is the payload of the reply
 */
public class Metro {
    static KeyStore keys;
    static KeyStore trust;
    static Path work;

    public static void main(String[] args) throws Exception {
        PrintStream out = Lines.answers();
        java.util.logging.LogManager.getLogManager().reset();
        // Two services of one name cannot be monitored.
        System.setProperty("com.sun.xml.ws.monitoring.endpoint", "false");
        System.setProperty("com.sun.xml.ws.monitoring.client", "false");
        Path folder = Path.of(args[0]);
        work = Files.createDirectories(Path.of(args[1]));
        keys = Lines.keys(folder, "alice", "bob");
        trust = Lines.trust(folder);
        for (String name : List.of("alice", "bob")) {
            Lines.store(Lines.keys(folder, name), work.resolve(name + ".p12"));
            trust.setCertificateEntry(name, keys.getCertificate(name));
        }
        Lines.store(trust, work.resolve("trust.p12"));
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        out.println("OK " + port);
        Lines.serve(out, (words, last) -> switch (words[0]) {
            case "secure" -> secure(decoded(words[1]), last);
            case "verify" -> verify(decoded(words[1]), last);
            case "publish" -> publish("http://localhost:" + port + "/", words[1], last);
            case "call" -> call(words[1], decoded(words[2]), last);
            default -> throw new IllegalArgumentException(words[0]);
        });
        System.exit(0);
    }

    static byte[] decoded(String word) {
        return Base64.getDecoder().decode(word);
    }

    static byte[] secure(byte[] config, byte[] message) throws Exception {
        XWSSProcessor processor = processor(config);
        SOAPMessage secured = processor.secureOutboundMessage(processor.createProcessingContext(parsed(message)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        secured.writeTo(out);
        return out.toByteArray();
    }

    static byte[] verify(byte[] config, byte[] message) throws Exception {
        XWSSProcessor processor = processor(config);
        SOAPMessage verified = processor.verifyInboundMessage(processor.createProcessingContext(parsed(message)));
        return verified.getSOAPBody().getTextContent().getBytes(StandardCharsets.UTF_8);
    }

    static XWSSProcessor processor(byte[] config) throws Exception {
        return XWSSProcessorFactory.newInstance()
            .createProcessorForSecurityConfiguration(new ByteArrayInputStream(config), Metro::answer);
    }

    static SOAPMessage parsed(byte[] message) throws Exception {
        MimeHeaders headers = new MimeHeaders();
        headers.addHeader("Content-Type", "text/xml; charset=utf-8");
        return MessageFactory.newInstance(SOAPConstants.SOAP_1_1_PROTOCOL)
            .createMessage(headers, new ByteArrayInputStream(message));
    }

    /** What XWSS asks: alice signs and is trusted below the CA, bob decrypts. */
    static void answer(Callback[] callbacks) throws IOException {
        for (Callback callback : callbacks) {
            try {
                if (callback instanceof SignatureKeyCallback c) {
                    var request = (SignatureKeyCallback.PrivKeyCertRequest) c.getRequest();
                    request.setX509Certificate(certificate("alice"));
                    request.setPrivateKey(key("alice"));
                } else if (callback instanceof EncryptionKeyCallback c) {
                    ((EncryptionKeyCallback.X509CertificateRequest) c.getRequest()).setX509Certificate(certificate("bob"));
                } else if (callback instanceof DecryptionKeyCallback c) {
                    ((DecryptionKeyCallback.PrivateKeyRequest) c.getRequest()).setPrivateKey(key("bob"));
                } else if (callback instanceof SignatureVerificationKeyCallback c) {
                    ((SignatureVerificationKeyCallback.X509CertificateRequest) c.getRequest())
                        .setX509Certificate(certificate("alice"));
                } else if (callback instanceof CertificateValidationCallback c) {
                    c.setValidator(certificate -> {
                        try {
                            certificate.verify(trust.getCertificate("ca").getPublicKey());
                            return true;
                        } catch (GeneralSecurityException error) {
                            return false;
                        }
                    });
                } else if (callback instanceof TimestampValidationCallback c) {
                    c.setValidator(request -> { });
                }
            } catch (GeneralSecurityException error) {
                throw new IOException(error);
            }
        }
    }

    static X509Certificate certificate(String name) throws GeneralSecurityException {
        return (X509Certificate) keys.getCertificate(name);
    }

    static PrivateKey key(String name) throws GeneralSecurityException {
        return (PrivateKey) keys.getKey(name, Lines.PASSWORD.toCharArray());
    }

    @WebServiceProvider(serviceName = "Bank", portName = "Port", targetNamespace = "urn:bank")
    @ServiceMode(Service.Mode.PAYLOAD)
    public static class Bank implements Provider<Source> {
        @Override
        public Source invoke(Source request) {
            try {
                if (!text(request).contains(">4711<")) {
                    throw new IllegalArgumentException("another amount");
                }
                return new StreamSource(new StringReader("<accepted xmlns=\"urn:bank\">4711</accepted>"));
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        }
    }

    static String text(Source source) throws Exception {
        StringWriter out = new StringWriter();
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        transformer.transform(source, new StreamResult(out));
        return out.toString();
    }

    static Path written(byte[] wsdl) throws IOException {
        Path path = Files.createTempFile(work, "bank", ".wsdl");
        path.toFile().deleteOnExit();
        return Files.write(path, wsdl);
    }

    static byte[] publish(String address, String name, byte[] wsdl) throws Exception {
        Path path = written(wsdl);
        Endpoint endpoint = Endpoint.create(new Bank());
        endpoint.setMetadata(List.of(new StreamSource(Files.newInputStream(path), path.toUri().toString())));
        endpoint.setProperties(Map.of(
            Endpoint.WSDL_SERVICE, new QName("urn:bank", "Bank"), Endpoint.WSDL_PORT, new QName("urn:bank", "Port")));
        endpoint.publish(address + name);
        return name.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] call(String url, byte[] wsdl, byte[] body) throws Exception {
        Service service = Service.create(written(wsdl).toUri().toURL(), new QName("urn:bank", "Bank"));
        Dispatch<Source> dispatch =
            service.createDispatch(new QName("urn:bank", "Port"), Source.class, Service.Mode.PAYLOAD);
        dispatch.getRequestContext().put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, url);
        dispatch.getRequestContext().put(BindingProvider.SOAPACTION_USE_PROPERTY, true);
        dispatch.getRequestContext().put(BindingProvider.SOAPACTION_URI_PROPERTY, "urn:pay");
        String payload = new String(body, StandardCharsets.UTF_8);
        return text(dispatch.invoke(new StreamSource(new StringReader(payload)))).getBytes(StandardCharsets.UTF_8);
    }
}
