import java.nio.file.*;
import java.security.cert.X509Certificate;
import java.util.*;
import javax.security.auth.callback.*;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.apache.wss4j.common.saml.*;
import org.apache.wss4j.common.saml.bean.*;
import org.apache.wss4j.common.saml.builder.*;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.*;
import org.apache.wss4j.dom.handler.*;
import org.apache.wss4j.dom.message.*;
import org.apache.wss4j.dom.saml.WSSecSignatureSAML;
import org.apache.wss4j.stax.ext.*;
import org.w3c.dom.*;

/**
 * Drives WSS4J with SAML over stdin and stdout, a line each way.
 *
 * verify dom|stax MESSAGE      carol issues; alice signs, or vouches
 * bsp dom|stax MESSAGE         the rules of the profile that an engine raises, whatever else is wrong
 * secure SPEC ENVELOPE         SPEC is version=1|2,method=holder|vouches|bearer
 */
public class Saml {
    static final String ISSUER = "https://idp.example";
    static final String AUDIENCE = "urn:bank";
    static Merlin crypto;
    static final CallbackHandler CALLBACK = callbacks -> {
        for (Callback callback : callbacks) {
            if (callback instanceof WSPasswordCallback c) {
                c.setPassword(Peer.PASSWORD);
            }
        }
    };

    public static void main(String[] args) throws Exception {
        WSSConfig.init();
        crypto = Peer.crypto(Path.of(args[0]), "alice", "bob", "carol");
        Peer.serve(Peer.answers(), (words, message) -> switch (words[0]) {
            case "verify" -> words[1].equals("dom") ? verifyDom(message) : verifyStax(message);
            case "bsp" -> Bsp.rules(words[1], message, crypto, CALLBACK);
            case "secure" -> secure(words[1], message);
            default -> throw new IllegalArgumentException(words[0]);
        });
    }

    static byte[] verifyDom(byte[] message) throws Exception {
        Document document = Peer.parse(message);
        RequestData data = new RequestData();
        data.setSigVerCrypto(crypto);
        data.setDecCrypto(crypto);
        data.setCallbackHandler(CALLBACK);
        data.setAudienceRestrictions(List.of(AUDIENCE));
        data.setWssConfig(WSSConfig.getNewInstance());
        WSHandlerResult result = new WSSecurityEngine().processSecurityHeader(document, data);
        boolean seen = false;
        for (WSSecurityEngineResult one : result.getResults()) {
            seen |= one.get(WSSecurityEngineResult.TAG_SAML_ASSERTION) instanceof SamlAssertionWrapper;
        }
        if (!seen) {
            throw new IllegalStateException("no assertion was processed");
        }
        return Peer.serialise(document.getElementsByTagNameNS(document.getDocumentElement().getNamespaceURI(), "Body").item(0));
    }

    static byte[] verifyStax(byte[] message) throws Exception {
        WSSSecurityProperties properties = new WSSSecurityProperties();
        properties.setSignatureVerificationCrypto(crypto);
        properties.setDecryptionCrypto(crypto);
        properties.setCallbackHandler(CALLBACK);
        properties.setAudienceRestrictions(List.of(AUDIENCE));
        return Peer.verifyStax(properties, message);
    }

    static String method(String method, boolean v2) {
        return switch (method) {
            case "holder" -> v2 ? SAML2Constants.CONF_HOLDER_KEY : SAML1Constants.CONF_HOLDER_KEY;
            case "vouches" -> v2 ? SAML2Constants.CONF_SENDER_VOUCHES : SAML1Constants.CONF_SENDER_VOUCHES;
            default -> v2 ? SAML2Constants.CONF_BEARER : SAML1Constants.CONF_BEARER;
        };
    }

    static SamlAssertionWrapper assertion(boolean v2, String method) throws Exception {
        SubjectBean subject = new SubjectBean("uid=ann", null, method(method, v2));
        if (method.equals("holder")) {
            KeyInfoBean key = new KeyInfoBean();
            key.setCertificate((X509Certificate) crypto.getKeyStore().getCertificate("alice"));
            key.setCertIdentifer(KeyInfoBean.CERT_IDENTIFIER.X509_CERT);
            subject.setKeyInfo(key);
        }
        AttributeBean role = new AttributeBean();
        role.setSimpleName("role");
        role.setQualifiedName("role");
        role.setAttributeValues(List.of("teller"));
        AttributeStatementBean statement = new AttributeStatementBean();
        statement.setSubject(subject);
        statement.setSamlAttributes(List.of(role));
        AudienceRestrictionBean audience = new AudienceRestrictionBean();
        audience.setAudienceURIs(List.of(AUDIENCE));
        ConditionsBean conditions = new ConditionsBean();
        conditions.setTokenPeriodSeconds(300);
        conditions.setAudienceRestrictions(List.of(audience));
        SAMLCallback callback = new SAMLCallback();
        callback.setSamlVersion(v2 ? Version.SAML_20 : Version.SAML_11);
        callback.setIssuer(ISSUER);
        callback.setSubject(subject);
        callback.setConditions(conditions);
        callback.setAttributeStatementData(List.of(statement));
        SamlAssertionWrapper assertion = new SamlAssertionWrapper(callback);
        assertion.signAssertion("carol", Peer.PASSWORD, crypto, false,
            "http://www.w3.org/2001/10/xml-exc-c14n#", WSConstants.RSA_SHA256, WSConstants.SHA256);
        return assertion;
    }

    static byte[] secure(String text, byte[] envelope) throws Exception {
        boolean v2 = text.contains("version=2");
        String method = text.substring(text.indexOf("method=") + 7);
        Document document = Peer.parse(envelope);
        String soap = document.getDocumentElement().getNamespaceURI();
        WSSecHeader header = Peer.header(document);
        SamlAssertionWrapper assertion = assertion(v2, method);
        List<WSEncryptionPart> parts = List.of(
            new WSEncryptionPart("Body", soap, "Content"),
            new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Element"));
        if (method.equals("bearer")) {
            new WSSecSAMLToken(header).build(assertion);
            WSSecSignature signature = new WSSecSignature(header);
            signature.setUserInfo("alice", Peer.PASSWORD);
            signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
            signature.setSignatureAlgorithm(WSConstants.RSA_SHA256);
            signature.setDigestAlgo(WSConstants.SHA256);
            signature.getParts().addAll(parts);
            signature.build(crypto);
        } else {
            WSSecSignatureSAML signature = new WSSecSignatureSAML(header);
            signature.setUserInfo("alice", Peer.PASSWORD);
            signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
            signature.setSignatureAlgorithm(WSConstants.RSA_SHA256);
            signature.setDigestAlgo(WSConstants.SHA256);
            signature.getParts().addAll(parts);
            if (method.equals("holder")) {
                signature.build(crypto, assertion, null, null, null);
            } else {
                signature.build(null, assertion, crypto, "alice", Peer.PASSWORD);
            }
        }
        return Peer.serialise(document.getDocumentElement());
    }
}
