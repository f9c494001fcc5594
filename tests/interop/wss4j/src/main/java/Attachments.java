import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.*;
import javax.security.auth.callback.*;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.ext.*;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.*;
import org.apache.wss4j.dom.handler.*;
import org.apache.wss4j.dom.message.*;
import org.w3c.dom.*;

/** Signatures over an attachment that stands beside the envelope. */
class Attachments {
    /** The attachment of a specification; its headers are lines of name, colon, value. */
    private static CallbackHandler callbacks(Map<String, String> spec) {
        byte[] content = Base64.getDecoder().decode(spec.get("content"));
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line : new String(Base64.getDecoder().decode(spec.get("headers")), StandardCharsets.UTF_8).split("\n")) {
            String[] parts = line.split(":", 2);
            headers.put(parts[0], parts[1]);
        }
        return callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof AttachmentRequestCallback request) {
                    Attachment attachment = new Attachment();
                    attachment.setId(spec.get("id"));
                    attachment.setMimeType(headers.getOrDefault("Content-Type", "text/plain").trim());
                    attachment.addHeaders(headers);
                    attachment.setSourceStream(new ByteArrayInputStream(content));
                    request.setAttachments(List.of(attachment));
                }
            }
        };
    }

    static byte[] verify(Map<String, String> spec, byte[] message) throws Exception {
        RequestData data = new RequestData();
        data.setSigVerCrypto(Driver.crypto);
        data.setCallbackHandler(Driver.CALLBACK);
        data.setAttachmentCallbackHandler(callbacks(spec));
        data.setWssConfig(WSSConfig.getNewInstance());
        WSHandlerResult result = new WSSecurityEngine().processSecurityHeader(Peer.parse(message), data);
        return Integer.toString(result.getResults().size()).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] sign(Map<String, String> spec, byte[] envelope) throws Exception {
        Document document = Peer.parse(envelope);
        String soap = document.getDocumentElement().getNamespaceURI();
        CallbackHandler attachments = callbacks(spec);
        WSSecHeader header = Peer.header(document);
        WSSecSignature signature = new WSSecSignature(header);
        signature.setUserInfo("alice", Peer.PASSWORD);
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.setSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
        signature.setDigestAlgo(WSConstants.SHA256);
        signature.setAttachmentCallbackHandler(attachments);
        signature.getParts().add(new WSEncryptionPart("Body", soap, "Content"));
        signature.getParts().add(new WSEncryptionPart("cid:Attachments",
            spec.get("kind").equals("complete") ? "Element" : "Content"));
        signature.build(Driver.crypto);
        return Peer.serialise(document.getDocumentElement());
    }
}
