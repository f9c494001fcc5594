import com.helger.base.io.iface.IHasInputStream;
import com.helger.collection.commons.CommonsArrayList;
import com.helger.http.header.HttpHeaderMap;
import com.helger.mime.CMimeType;
import com.helger.mime.IMimeType;
import com.helger.phase4.attachment.*;
import com.helger.phase4.crypto.*;
import com.helger.phase4.ebms3header.Ebms3Error;
import com.helger.phase4.ebms3header.Ebms3SignalMessage;
import com.helger.phase4.ebms3header.Ebms3UserMessage;
import com.helger.phase4.incoming.*;
import com.helger.phase4.incoming.crypto.AS4IncomingSecurityConfiguration;
import com.helger.phase4.incoming.spi.*;
import com.helger.phase4.model.pmode.DefaultPMode;
import com.helger.phase4.model.pmode.IPMode;
import com.helger.phase4.model.pmode.leg.EPModeSendReceiptReplyPattern;
import com.helger.phase4.model.pmode.leg.PModeLegSecurity;
import com.helger.phase4.sender.AS4Sender;
import com.helger.phase4.sender.IAS4SignalMessageValidationResultHandler;
import com.helger.phase4.wss.EWSSVersion;
import com.helger.servlet.mock.MockServletContext;
import com.helger.web.scope.mgr.WebScopeManager;
import com.helger.web.scope.mgr.WebScoped;
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.*;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import org.apache.wss4j.common.WSS4JConstants;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.dom.message.WSSecEncrypt;
import org.w3c.dom.Node;

/**
 * phase4 as an AS4 gateway that listens on loopback, and as one that sends.
 *
 * suite WORDS X      from now on: these algorithms, references and keys
 * send URL CONTENT   sends CONTENT, compressed, as the sender of the suite; answers what became of it and of its receipt
 * received X         what came in last: the content of each attachment, in lines of base64
 */
public class As4 {
    private static IAS4CryptoFactory gateway;
    /** The gateway's keys for decryption: phase4 asks for the password of one alias alone. */
    private static IAS4CryptoFactory decrypting;
    private static IAS4CryptoFactory sender;
    private static Path keys;
    private static Suite suite;

    /** Who sends and receives with which algorithms; without an agreement, keys are transported by RSA-OAEP. */
    private record Suite(ECryptoAlgorithmSign sign, String agreement, ECryptoKeyIdentifierType signerForm,
            ECryptoKeyIdentifierType recipientForm, String sender, String gateway, String recipient) {
        static Suite read(String text) {
            String[] words = text.split(";");
            return new Suite(ECryptoAlgorithmSign.valueOf(words[0]), words[1].equals("-") ? null : words[1],
                ECryptoKeyIdentifierType.valueOf(words[2]), ECryptoKeyIdentifierType.valueOf(words[3]), words[4], words[5],
                words[6]);
        }
    }

    /** phase4 has no word for an agreement and its derivation: a sender sets them on the WSS4J below it. */
    private static final IWSSecEncryptCustomizer AGREES = new IWSSecEncryptCustomizer() {
        @Override
        public void customize(WSSecEncrypt encryption) {
            encryption.setKeyAgreementMethod(suite.agreement());
            encryption.setKeyDerivationMethod(WSS4JConstants.KEYDERIVATION_HKDF);
        }
    };
    private static final List<byte[]> RECEIVED = Collections.synchronizedList(new ArrayList<>());
    private static final List<String> ERRORS = Collections.synchronizedList(new ArrayList<>());

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = Peer.answers();
        System.setProperty("phase4.manager.inmemory", "true");
        System.setProperty("global.datapath", Files.createTempDirectory("phase4").toString());
        keys = Path.of(arguments[0]);
        WebScopeManager.onGlobalBegin(MockServletContext.create());
        AS4ServerInitializer.initAS4Server();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/as4", As4::receive);
        server.setExecutor(java.util.concurrent.Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
        answers.println("OK " + server.getAddress().getPort());
        Peer.serve(answers, (words, content) -> switch (words[0]) {
            case "suite" -> {
                suite = Suite.read(words[1]);
                gateway = crypto(suite.gateway(), suite.recipient(), suite.sender());
                decrypting = crypto(suite.recipient(), suite.recipient(), suite.sender());
                sender = crypto(suite.sender(), suite.sender(), suite.gateway());
                yield new byte[0];
            }
            case "send" -> send(words[1], content);
            case "received" -> received();
            default -> throw new IllegalArgumentException(words[0]);
        });
        System.exit(0);
    }

    /** The keys of a party, and the certificate of its partner: where a message names that alone, it must be known. */
    private static IAS4CryptoFactory crypto(String name, String more, String partner) throws Exception {
        Merlin merlin = Peer.crypto(keys, name, more);
        if (!partner.equals(name)) {
            merlin.getKeyStore().setCertificateEntry("partner", Peer.certificate(keys.resolve(partner + ".pem")));
        }
        return new AS4CryptoFactoryInMemoryKeyStore(merlin.getKeyStore(), name, Peer.PASSWORD.toCharArray(), merlin.getTrustStore());
    }

    /** One way, pushed; signed with SHA-256, encrypted with AES-128-GCM, answered by a receipt with digests. */
    private static IPMode pmode(String id, String service, String action, String initiator, String responder,
            String agreement, String address) {
        IPMode pmode = DefaultPMode.getOrCreateDefaultPMode("alice", "bob", address, false);
        // Any other service and action than those of a ping.
        pmode.getLeg1().getBusinessInfo().setService("urn:service");
        pmode.getLeg1().getBusinessInfo().setAction("submit");
        PModeLegSecurity security = pmode.getLeg1().getSecurity();
        security.setWSSVersion(EWSSVersion.WSS_111);
        security.setX509SignatureAlgorithm(suite.sign());
        security.setX509SignatureHashFunction(ECryptoAlgorithmSignDigest.DIGEST_SHA_256);
        security.setX509EncryptionAlgorithm(ECryptoAlgorithmCrypt.AES_128_GCM);
        security.setSendReceipt(true);
        security.setSendReceiptReplyPattern(EPModeSendReceiptReplyPattern.RESPONSE);
        security.setSendReceiptNonRepudiation(true);
        return pmode;
    }

    private static byte[] received() {
        StringBuilder lines = new StringBuilder();
        for (String error : ERRORS) {
            lines.append("ERROR ").append(error).append('\n');
        }
        for (byte[] content : RECEIVED) {
            lines.append(Base64.getEncoder().encodeToString(content)).append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void receive(HttpExchange exchange) {
        RECEIVED.clear();
        ERRORS.clear();
        Response response = new Response();
        try (WebScoped scoped = new WebScoped();
             AS4RequestHandler handler = new AS4RequestHandler(AS4IncomingMessageMetadata.createForRequest())) {
            HttpHeaderMap headers = new HttpHeaderMap();
            exchange.getRequestHeaders().forEach((name, values) -> values.forEach(value -> headers.addHeader(name, value)));
            handler.setCryptoFactorySign(gateway);
            handler.setCryptoFactoryCrypt(decrypting);
            handler.setPModeResolver(As4::pmode);
            handler.setIncomingAttachmentFactory(IAS4IncomingAttachmentFactory.DEFAULT_INSTANCE);
            handler.setIncomingSecurityConfiguration(AS4IncomingSecurityConfiguration.createDefaultInstance()
                .setSigningParams(AS4SigningParams.createDefault().setKeyIdentifierType(suite.signerForm())));
            handler.setIncomingReceiverConfiguration(new AS4IncomingReceiverConfiguration());
            handler.setIncomingProfileSelector(new AS4IncomingProfileSelectorConstant(null, false));
            handler.setProcessorSupplier(() -> new CommonsArrayList<>(new Sink()));
            handler.setErrorConsumer((state, errors, out) -> errors.forEach(error -> ERRORS.add(
                error.getErrorCode() + " " + error.getShortDescription() + " " + error.getErrorDetail())));
            handler.handleRequest(exchange.getRequestBody(), headers, response);
        } catch (Throwable error) {
            error.printStackTrace();
            ERRORS.add(String.valueOf(error));
            response.status = 500;
        }
        try (exchange) {
            response.headers.forEachSingleHeader((name, value) -> exchange.getResponseHeaders().add(name, value), false);
            exchange.sendResponseHeaders(response.status, response.content.length == 0 ? -1 : response.content.length);
            if (response.content.length > 0) {
                exchange.getResponseBody().write(response.content);
            }
        } catch (IOException error) {
            error.printStackTrace();
        }
    }

    private static class Response implements IAS4ResponseAbstraction {
        private final HttpHeaderMap headers = new HttpHeaderMap();
        private byte[] content = {};
        private int status = 200;

        @Override
        public void setContent(byte[] octets, Charset charset) {
            content = octets;
        }

        @Override
        public void setContent(HttpHeaderMap more, IHasInputStream stream) {
            headers.addAllHeaders(more);
            try (InputStream in = stream.getInputStream()) {
                content = in.readAllBytes();
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            }
        }

        @Override
        public void setMimeType(IMimeType type) {
            headers.setContentType(type.getAsString());
        }

        @Override
        public void setStatus(int code) {
            status = code;
        }
    }

    private static class Sink implements IAS4IncomingMessageProcessorSPI {
        @Override
        public AS4MessageProcessorResult processAS4UserMessage(IAS4IncomingMessageMetadata metadata, HttpHeaderMap headers,
                Ebms3UserMessage message, IPMode pmode, Node payload,
                com.helger.collection.commons.ICommonsList<WSS4JAttachment> attachments, IAS4IncomingMessageState state,
                com.helger.collection.commons.ICommonsList<Ebms3Error> errors) {
            if (!state.isSoapSignatureChecked() || !state.isSoapDecrypted()) {
                ERRORS.add("signed " + state.isSoapSignatureChecked() + ", encrypted " + state.isSoapDecrypted());
            }
            for (WSS4JAttachment attachment : attachments) {
                try (InputStream in = attachment.getSourceStream()) {
                    RECEIVED.add(in.readAllBytes());
                } catch (IOException error) {
                    ERRORS.add(String.valueOf(error));
                }
            }
            return AS4MessageProcessorResult.createSuccess();
        }

        @Override
        public AS4SignalMessageProcessorResult processAS4SignalMessage(IAS4IncomingMessageMetadata metadata,
                HttpHeaderMap headers, Ebms3SignalMessage message, IPMode pmode, IAS4IncomingMessageState state,
                com.helger.collection.commons.ICommonsList<Ebms3Error> errors) {
            return AS4SignalMessageProcessorResult.createSuccess();
        }

        @Override
        public void processAS4ResponseMessage(IAS4IncomingMessageMetadata metadata, IAS4IncomingMessageState state,
                String id, byte[] response, boolean hasContent) { }
    }

    private static byte[] send(String url, byte[] content) throws Exception {
        StringBuilder outcome = new StringBuilder();
        try (WebScoped scoped = new WebScoped()) {
            var result = AS4Sender.builderUserMessage()
                .cryptoFactory(sender)
                .withSigningParams(signing -> signing.setAlgorithmSign(suite.sign())
                    .setAlgorithmSignDigest(ECryptoAlgorithmSignDigest.DIGEST_SHA_256)
                    .setKeyIdentifierType(suite.signerForm()))
                .withCryptParams(crypt -> {
                    crypt.setAlgorithmCrypt(ECryptoAlgorithmCrypt.AES_128_GCM).setKeyIdentifierType(suite.recipientForm());
                    if (suite.agreement() != null) {
                        crypt.setKeyEncAlgorithm(ECryptoKeyEncryptionAlgorithm.ECDH_ES_KEYWRAP_AES_128)
                            .setWSSecEncryptCustomizer(AGREES);
                    }
                })
                .receiverCertificate(
                    (java.security.cert.X509Certificate) gateway.getKeyStore().getCertificate(suite.recipient()))
                .pmode(pmode(null, null, null, null, null, null, null))
                .as4ProfileID("none")
                .pmodeResolver(As4::pmode)
                .incomingAttachmentFactory(IAS4IncomingAttachmentFactory.DEFAULT_INSTANCE)
                .incomingProfileSelector(new AS4IncomingProfileSelectorConstant(null, false))
                .agreementRef("urn:as4:agreement").service("urn:service").action("submit")
                .fromPartyID("alice").fromRole("initiator").toPartyID("bob").toRole("responder")
                .endpointURL(url)
                .payload(AS4OutgoingAttachment.builder().data(content).compressionGZIP().mimeType(CMimeType.APPLICATION_XML))
                .signalMsgValidationResultHdl(new IAS4SignalMessageValidationResultHandler() {
                    @Override
                    public void onSuccess() {
                        outcome.append("receipt valid ");
                    }

                    @Override
                    public void onError(String why) {
                        outcome.append("receipt invalid: ").append(why).append(' ');
                    }

                    @Override
                    public void onNotApplicable() {
                        outcome.append("no receipt ");
                    }
                })
                .sendMessageAndCheckForReceipt(error -> outcome.append(error).append(' '));
            outcome.append(result);
        }
        return outcome.toString().getBytes(StandardCharsets.UTF_8);
    }
}
