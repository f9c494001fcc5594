import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import javax.security.auth.callback.*;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.common.ext.*;
import org.apache.wss4j.common.util.KeyUtils;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.*;
import org.apache.wss4j.dom.handler.*;
import org.apache.wss4j.dom.message.*;
import org.w3c.dom.Document;

/**
 * Times WSS4J on an attachment that is signed and then encrypted, and on its way back: two numbers of nanoseconds,
 * medians once the virtual machine is warm.
 *
 * AttachmentsHarness KEYS OCTETS
 */
public class AttachmentsHarness implements CallbackHandler {
    private static final String ENVELOPE = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header/>"
        + "<s:Body><pay xmlns=\"urn:bank\">4711</pay></s:Body></s:Envelope>";
    private static Merlin crypto;

    private byte[] content;
    private Map<String, String> headers = new LinkedHashMap<>();
    private String mimeType = "application/octet-stream";

    private AttachmentsHarness(byte[] content) {
        this.content = content;
        headers.put("Content-ID", "<a@b>");
        headers.put("Content-Type", mimeType);
    }

    @Override
    public void handle(Callback[] callbacks) throws IOException {
        for (Callback callback : callbacks) {
            if (callback instanceof AttachmentRequestCallback request) {
                Attachment attachment = new Attachment();
                attachment.setId("a@b");
                attachment.setMimeType(mimeType);
                attachment.addHeaders(new LinkedHashMap<>(headers));
                attachment.setSourceStream(new ByteArrayInputStream(content));
                request.setAttachments(List.of(attachment));
            } else if (callback instanceof AttachmentResultCallback result) {
                content = result.getAttachment().getSourceStream().readAllBytes();
                headers = new LinkedHashMap<>(result.getAttachment().getHeaders());
                mimeType = result.getAttachment().getMimeType();
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        WSSConfig.init();
        crypto = Peer.crypto(Path.of(arguments[0]), "alice", "bob");
        byte[] content = new byte[Integer.parseInt(arguments[1])];
        new Random(1).nextBytes(content);
        List<Long> securing = new ArrayList<>();
        List<Long> opening = new ArrayList<>();
        long started = System.nanoTime();
        while (securing.size() < 3 || System.nanoTime() - started < 5_000_000_000L) {
            long before = System.nanoTime();
            AttachmentsHarness attachments = new AttachmentsHarness(content);
            byte[] message = secure(attachments);
            securing.add(System.nanoTime() - before);
            before = System.nanoTime();
            open(attachments, message);
            opening.add(System.nanoTime() - before);
            if (!Arrays.equals(attachments.content, content)) {
                throw new IllegalStateException("other octets");
            }
        }
        System.out.println(median(securing) + " " + median(opening));
    }

    /** Of the second half: what came before warmed up. */
    private static long median(List<Long> times) {
        List<Long> warm = new ArrayList<>(times.subList(times.size() / 2, times.size()));
        Collections.sort(warm);
        return warm.get(warm.size() / 2);
    }

    private static byte[] secure(AttachmentsHarness attachments) throws Exception {
        Document document = Peer.parse(ENVELOPE.getBytes(StandardCharsets.UTF_8));
        String soap = document.getDocumentElement().getNamespaceURI();
        WSSecHeader header = Peer.header(document);
        WSSecSignature signature = new WSSecSignature(header);
        signature.setUserInfo("alice", Peer.PASSWORD);
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.setSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
        signature.setDigestAlgo(WSConstants.SHA256);
        signature.setAttachmentCallbackHandler(attachments);
        signature.getParts().add(new WSEncryptionPart("Body", soap, "Content"));
        signature.getParts().add(new WSEncryptionPart("cid:Attachments", "Content"));
        signature.build(crypto);
        WSSecEncrypt encryption = new WSSecEncrypt(header);
        encryption.setUserInfo("bob");
        encryption.setKeyIdentifierType(WSConstants.ISSUER_SERIAL);
        encryption.setSymmetricEncAlgorithm(WSConstants.AES_128_GCM);
        encryption.setAttachmentCallbackHandler(attachments);
        encryption.getParts().add(new WSEncryptionPart("cid:Attachments", "Content"));
        encryption.build(crypto, KeyUtils.getKeyGenerator(WSConstants.AES_128_GCM).generateKey());
        return Peer.serialise(document.getDocumentElement());
    }

    private static void open(AttachmentsHarness attachments, byte[] message) throws Exception {
        RequestData data = new RequestData();
        data.setSigVerCrypto(crypto);
        data.setDecCrypto(crypto);
        data.setCallbackHandler(callbacks -> {
            for (Callback callback : callbacks) {
                ((WSPasswordCallback) callback).setPassword(Peer.PASSWORD);
            }
        });
        data.setAttachmentCallbackHandler(attachments);
        data.setWssConfig(WSSConfig.getNewInstance());
        new WSSecurityEngine().processSecurityHeader(Peer.parse(message), data);
    }
}
