import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.cert.*;
import java.util.*;
import javax.security.auth.callback.CallbackHandler;
import javax.xml.namespace.QName;
import javax.xml.stream.*;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.apache.wss4j.common.util.KeyUtils;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.*;
import org.apache.wss4j.dom.handler.*;
import org.apache.wss4j.dom.message.*;
import org.apache.wss4j.stax.ext.*;
import org.apache.wss4j.stax.securityToken.WSSecurityTokenConstants;
import org.apache.wss4j.stax.setup.*;
import org.apache.xml.security.c14n.Canonicalizer;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.stax.ext.SecurePart;
import org.apache.xml.security.stax.ext.XMLSecurityConstants;
import org.w3c.dom.*;

/**
 * Times Santuario and WSS4J on the messages our own benchmark measures: SpeedHarness PEER OPERATION FOLDER KEYS.
 *
 * PEER is santuario (c14n; verify, which is the signature alone), dom or stax (WSS4J: verify, sign, encrypt, decrypt).
 * Prints the median in nanoseconds of the runs of the last second; three seconds before it warm the virtual machine up.
 */
public class SpeedHarness extends Peer {
    private static final String RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    private static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final QName BODY = new QName(SOAP, "Body");
    private static final QName TIMESTAMP = new QName(WSConstants.WSU_NS, "Timestamp");
    private static final CallbackHandler PASSWORDS = callbacks -> {
        for (var callback : callbacks) {
            if (callback instanceof WSPasswordCallback asked) {
                asked.setPassword(PASSWORD);
            }
        }
    };
    private static Merlin crypto;

    private interface Operation {
        Object run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[2]);
        Path keys = Path.of(arguments[3]);
        WSSConfig.init();
        crypto = crypto(keys, "alice", "bob");
        byte[] envelope = Files.readAllBytes(folder.resolve("envelope.xml"));
        byte[] signed = Files.readAllBytes(folder.resolve("signed.xml"));
        Operation operation = switch (arguments[0] + " " + arguments[1]) {
            case "santuario c14n" -> () -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                Canonicalizer.getInstance(WSConstants.C14N_EXCL_OMIT_COMMENTS).canonicalizeSubtree(parse(envelope), out);
                return out;
            };
            case "santuario verify" -> {
                X509Certificate alice = crypto.loadCertificate(Files.newInputStream(keys.resolve("alice.pem")));
                yield () -> verify(signed, alice);
            }
            case "dom verify" -> () -> open(signed);
            case "dom sign" -> () -> sign(envelope);
            case "dom encrypt" -> () -> encrypt(envelope);
            case "dom decrypt" -> {
                byte[] encrypted = encrypt(envelope);
                yield () -> serialise(open(encrypted).getDocumentElement());
            }
            case "stax verify" -> () -> verifyStax(inbound(), signed);
            case "stax sign" -> () -> outbound(envelope, signing());
            case "stax encrypt" -> () -> outbound(envelope, encrypting());
            case "stax decrypt" -> {
                byte[] encrypted = outbound(envelope, encrypting());
                yield () -> verifyStax(inbound(), encrypted);
            }
            default -> null;
        };
        if (operation == null) {
            System.exit(3);
        }
        runs(operation, 3_000_000_000L);
        List<Long> times = runs(operation, 1_000_000_000L);
        Collections.sort(times);
        System.out.println(times.get(times.size() / 2));
    }

    private static Object kept;

    private static List<Long> runs(Operation operation, long duration) throws Exception {
        List<Long> times = new ArrayList<>();
        long started = System.nanoTime();
        while (times.size() < 5 || System.nanoTime() - started < duration) {
            long before = System.nanoTime();
            kept = operation.run();
            times.add(System.nanoTime() - before);
        }
        return times;
    }

    private static boolean verify(byte[] message, X509Certificate certificate) throws Exception {
        Document document = parse(message);
        NodeList all = document.getElementsByTagNameNS("*", "*");
        Element found = null;
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (element.hasAttributeNS(WSConstants.WSU_NS, "Id")) {
                element.setIdAttributeNS(WSConstants.WSU_NS, "Id", true);
            }
            if (element.getLocalName().equals("Signature")) {
                found = element;
            }
        }
        if (!new XMLSignature(found, "").checkSignatureValue(certificate)) {
            throw new IllegalStateException("not valid");
        }
        return true;
    }

    private static Document open(byte[] message) throws Exception {
        RequestData data = new RequestData();
        data.setSigVerCrypto(crypto);
        data.setDecCrypto(crypto);
        data.setCallbackHandler(PASSWORDS);
        data.setWssConfig(WSSConfig.getNewInstance());
        Document document = parse(message);
        new WSSecurityEngine().processSecurityHeader(document, data);
        return document;
    }

    private static byte[] sign(byte[] envelope) throws Exception {
        Document document = parse(envelope);
        WSSecHeader header = header(document);
        WSSecSignature signature = new WSSecSignature(header);
        signature.setUserInfo("alice", PASSWORD);
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.setSignatureAlgorithm(RSA_SHA256);
        signature.setDigestAlgo(WSConstants.SHA256);
        signature.getParts().add(new WSEncryptionPart("Body", SOAP, "Content"));
        signature.getParts().add(new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, ""));
        signature.build(crypto);
        return serialise(document.getDocumentElement());
    }

    private static byte[] encrypt(byte[] envelope) throws Exception {
        Document document = parse(envelope);
        WSSecHeader header = new WSSecHeader(document);
        header.insertSecurityHeader();
        WSSecEncrypt encryption = new WSSecEncrypt(header);
        encryption.setUserInfo("bob");
        encryption.setKeyIdentifierType(WSConstants.ISSUER_SERIAL);
        encryption.setSymmetricEncAlgorithm(WSConstants.AES_128_GCM);
        encryption.build(crypto, KeyUtils.getKeyGenerator(WSConstants.AES_128_GCM).generateKey());
        return serialise(document.getDocumentElement());
    }

    private static WSSSecurityProperties inbound() throws Exception {
        WSSSecurityProperties properties = new WSSSecurityProperties();
        properties.setSignatureVerificationCrypto(crypto);
        properties.setDecryptionCrypto(crypto);
        properties.setCallbackHandler(PASSWORDS);
        return properties;
    }

    private static WSSSecurityProperties signing() throws Exception {
        WSSSecurityProperties properties = new WSSSecurityProperties();
        properties.setActions(List.of(WSSConstants.TIMESTAMP, WSSConstants.SIGNATURE));
        properties.setSignatureCrypto(crypto);
        properties.setSignatureUser("alice");
        properties.setCallbackHandler(PASSWORDS);
        properties.setSignatureAlgorithm(RSA_SHA256);
        properties.setSignatureDigestAlgorithm(WSConstants.SHA256);
        properties.setSignatureKeyIdentifier(WSSecurityTokenConstants.KEYIDENTIFIER_SECURITY_TOKEN_DIRECT_REFERENCE);
        for (QName part : List.of(BODY, TIMESTAMP)) {
            properties.addSignaturePart(new SecurePart(part, SecurePart.Modifier.Element));
        }
        return properties;
    }

    private static WSSSecurityProperties encrypting() throws Exception {
        WSSSecurityProperties properties = new WSSSecurityProperties();
        properties.setActions(List.of(XMLSecurityConstants.ENCRYPTION));
        properties.setEncryptionCrypto(crypto);
        properties.setEncryptionUser("bob");
        properties.setEncryptionSymAlgorithm(WSConstants.AES_128_GCM);
        properties.setEncryptionKeyIdentifier(WSSecurityTokenConstants.KeyIdentifier_IssuerSerial);
        properties.addEncryptionPart(new SecurePart(BODY, SecurePart.Modifier.Content));
        return properties;
    }

    /** The envelope, streamed through WSS4J. */
    private static byte[] outbound(byte[] envelope, WSSSecurityProperties properties) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        XMLStreamWriter writer = WSSec.getOutboundWSSec(properties).processOutMessage(out, "UTF-8", List.of());
        XMLStreamReader reader = XMLInputFactory.newInstance().createXMLStreamReader(new ByteArrayInputStream(envelope));
        while (reader.hasNext()) {
            copy(reader, writer);
        }
        writer.close();
        return out.toByteArray();
    }

    private static void copy(XMLStreamReader reader, XMLStreamWriter writer) throws XMLStreamException {
        switch (reader.next()) {
            case XMLStreamConstants.START_ELEMENT -> {
                writer.writeStartElement(plain(reader.getPrefix()), reader.getLocalName(), plain(reader.getNamespaceURI()));
                for (int i = 0; i < reader.getNamespaceCount(); i++) {
                    writer.writeNamespace(plain(reader.getNamespacePrefix(i)), plain(reader.getNamespaceURI(i)));
                }
                for (int i = 0; i < reader.getAttributeCount(); i++) {
                    writer.writeAttribute(plain(reader.getAttributePrefix(i)), plain(reader.getAttributeNamespace(i)),
                        reader.getAttributeLocalName(i), reader.getAttributeValue(i));
                }
            }
            case XMLStreamConstants.END_ELEMENT -> writer.writeEndElement();
            case XMLStreamConstants.CHARACTERS ->
                writer.writeCharacters(reader.getTextCharacters(), reader.getTextStart(), reader.getTextLength());
            default -> { }
        }
    }

    private static String plain(String text) {
        return text == null ? "" : text;
    }
}
