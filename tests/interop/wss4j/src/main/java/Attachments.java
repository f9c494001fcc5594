import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import javax.security.auth.callback.*;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.bsp.BSPRule;
import org.apache.wss4j.common.util.KeyUtils;
import org.apache.wss4j.common.ext.*;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.*;
import org.apache.wss4j.dom.handler.*;
import org.apache.wss4j.dom.message.*;
import org.w3c.dom.*;

/** An attachment beside the envelope, signed and encrypted. */
class Attachments implements CallbackHandler {
    private final String id;
    private String mimeType;
    private Map<String, String> headers = new LinkedHashMap<>();
    private byte[] content;
    /** Parts that are octets of the envelope, by their ids. */
    private final Map<String, byte[]> included = new LinkedHashMap<>();

    /** The attachment of a specification; its headers are lines of name, colon, value. */
    private Attachments(Map<String, String> spec) {
        id = spec.get("id");
        content = Base64.getDecoder().decode(spec.get("content"));
        for (String line : new String(Base64.getDecoder().decode(spec.get("headers")), StandardCharsets.UTF_8).split("\n")) {
            String[] parts = line.split(":", 2);
            if (parts.length == 2) {
                headers.put(parts[0], parts[1]);
            }
        }
        mimeType = headers.getOrDefault("Content-Type", "text/plain").trim();
        for (String part : spec.getOrDefault("included", "").split(";")) {
            String[] words = part.split(":", 2);
            if (words.length == 2) {
                included.put(words[0], Base64.getDecoder().decode(words[1]));
            }
        }
    }

    @Override
    public void handle(Callback[] callbacks) throws IOException {
        for (Callback callback : callbacks) {
            if (callback instanceof AttachmentRequestCallback request) {
                Attachment attachment = new Attachment();
                byte[] octets = included.get(request.getAttachmentId());
                if (octets != null) {
                    attachment.setId(request.getAttachmentId());
                    attachment.setSourceStream(new ByteArrayInputStream(octets));
                    request.setAttachments(List.of(attachment));
                    continue;
                }
                attachment.setId(id);
                attachment.setMimeType(mimeType);
                attachment.addHeaders(new LinkedHashMap<>(headers));
                attachment.setSourceStream(new ByteArrayInputStream(content));
                request.setAttachments(List.of(attachment));
            } else if (callback instanceof AttachmentResultCallback result) {
                if (!result.getAttachment().getId().equals(id)) {
                    included.put(result.getAttachment().getId(), result.getAttachment().getSourceStream().readAllBytes());
                    continue;
                }
                content = result.getAttachment().getSourceStream().readAllBytes();
                headers = new LinkedHashMap<>(result.getAttachment().getHeaders());
                mimeType = result.getAttachment().getMimeType();
            }
        }
    }

    /** The attachment as it is now, in two lines of base64. */
    private String lines() {
        if (mimeType != null) {
            headers.put("Content-Type", mimeType);
        }
        StringBuilder text = new StringBuilder();
        headers.forEach((name, value) -> text.append(name).append(':').append(value).append('\n'));
        Base64.Encoder encoder = Base64.getEncoder();
        return encoder.encodeToString(text.toString().getBytes(StandardCharsets.UTF_8)) + "\n"
            + encoder.encodeToString(content) + "\n";
    }

    static byte[] verify(Map<String, String> spec, byte[] message) throws Exception {
        RequestData data = new RequestData();
        data.setSigVerCrypto(Driver.crypto);
        data.setSignatureProvider(Driver.signatures);
        data.setCallbackHandler(Driver.CALLBACK);
        data.setDecCrypto(Driver.crypto);
        Attachments attachments = new Attachments(spec);
        data.setAttachmentCallbackHandler(attachments);
        data.setWssConfig(WSSConfig.getNewInstance());
        if (spec.containsKey("ignored")) {
            data.setIgnoredBSPRules(List.of(BSPRule.valueOf(spec.get("ignored"))));
        }
        WSHandlerResult result = new WSSecurityEngine().processSecurityHeader(Peer.parse(message), data);
        return (attachments.lines() + result.getResults().size()).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] secure(Map<String, String> spec, byte[] envelope) throws Exception {
        Document document = Peer.parse(envelope);
        String soap = document.getDocumentElement().getNamespaceURI();
        Attachments attachments = new Attachments(spec);
        WSSecHeader header = new WSSecHeader(document);
        if (spec.containsKey("no-timestamp")) {
            header.insertSecurityHeader();
        } else {
            header = Peer.header(document);
        }
        Map<String, String> complete = complete(spec);
        for (String step : spec.getOrDefault("steps", "sign").split(";")) {
            if (step.equals("sign")) {
                sign(header, soap, attachments, complete);
            } else {
                encrypt(header, soap, attachments, complete);
            }
        }
        return (attachments.lines() + new String(Peer.serialise(document.getDocumentElement()), StandardCharsets.UTF_8))
            .getBytes(StandardCharsets.UTF_8);
    }

    private static void sign(WSSecHeader header, String soap, Attachments attachments, Map<String, String> spec)
            throws Exception {
        WSSecSignature signature = Driver.signature(header, spec);
        signature.setAttachmentCallbackHandler(attachments);
        signature.getParts().add(new WSEncryptionPart("Body", soap, "Content"));
        if (spec.containsKey("block")) {
            String[] name = spec.get("block").split(" ");
            signature.getParts().add(new WSEncryptionPart(name[1], name[0], "Element"));
        }
        signature.getParts().add(new WSEncryptionPart("cid:Attachments", modifier(spec.get("kind"))));
        signature.build(Driver.crypto);
    }

    private static void encrypt(WSSecHeader header, String soap, Attachments attachments, Map<String, String> spec)
            throws Exception {
        WSSecEncrypt encryption = Driver.encryption(header, spec);
        encryption.setAttachmentCallbackHandler(attachments);
        encryption.getParts().add(new WSEncryptionPart("cid:Attachments", modifier(spec.get("encrypted"))));
        encryption.build(Driver.crypto, KeyUtils.getKeyGenerator(spec.get("cipher")).generateKey());
    }

    /** What a specification says, beside what it leaves out. */
    private static Map<String, String> complete(Map<String, String> spec) {
        Map<String, String> complete = new HashMap<>(Map.of(
            "signer", "alice",
            "reference", "direct",
            "signature", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "digest", WSConstants.SHA256,
            "cipher", WSConstants.AES_128_GCM));
        if (!spec.containsKey("agreement")) {
            complete.putAll(Map.of(
                "recipient-reference", "issuer-serial",
                "transport", WSConstants.KEYTRANSPORT_RSAOAEP_XENC11,
                "oaep-digest", WSConstants.SHA256,
                "mgf", WSConstants.MGF_SHA256));
        }
        complete.putAll(spec);
        return complete;
    }

    /** Signs the Body and encrypts it, its cipher octets in parts that an xop:Include names. */
    static byte[] optimize(byte[] envelope) throws Exception {
        Document document = Peer.parse(envelope);
        String soap = document.getDocumentElement().getNamespaceURI();
        Attachments attachments = new Attachments(Map.of("id", "", "content", "", "headers", ""));
        WSSecHeader header = Peer.header(document);
        WSSecSignature signature = new WSSecSignature(header);
        signature.setUserInfo("alice", Peer.PASSWORD);
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.setSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
        signature.setDigestAlgo(WSConstants.SHA256);
        signature.getParts().add(new WSEncryptionPart("Body", soap, "Content"));
        signature.build(Driver.crypto);
        WSSecEncrypt encryption = new WSSecEncrypt(header);
        encryption.setUserInfo("bob");
        encryption.setKeyIdentifierType(WSConstants.ISSUER_SERIAL);
        encryption.setSymmetricEncAlgorithm(WSConstants.AES_128_GCM);
        encryption.setStoreBytesInAttachment(true);
        encryption.setAttachmentCallbackHandler(attachments);
        encryption.getParts().add(new WSEncryptionPart("Body", soap, "Content"));
        encryption.build(Driver.crypto, KeyUtils.getKeyGenerator(WSConstants.AES_128_GCM).generateKey());
        StringBuilder lines = new StringBuilder();
        attachments.included.forEach((part, octets) ->
            lines.append(part).append(' ').append(Base64.getEncoder().encodeToString(octets)).append('\n'));
        lines.append('\n').append(new String(Peer.serialise(document.getDocumentElement()), StandardCharsets.UTF_8));
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String modifier(String kind) {
        return kind.equals("complete") ? "Element" : "Content";
    }
}
