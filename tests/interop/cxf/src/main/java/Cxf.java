import java.io.*;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.cert.X509Certificate;
import java.util.*;
import javax.security.auth.callback.*;
import javax.xml.namespace.QName;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.soap.SOAPFactory;
import javax.xml.transform.*;
import javax.xml.transform.stream.*;
import javax.xml.ws.*;
import javax.xml.ws.soap.SOAPFaultException;
import org.apache.cxf.BusFactory;
import org.apache.cxf.configuration.jsse.TLSClientParameters;
import org.apache.cxf.configuration.jsse.TLSServerParameters;
import org.apache.cxf.jaxws.DispatchImpl;
import org.apache.cxf.jaxws.EndpointImpl;
import org.apache.cxf.transport.http.HTTPConduit;
import org.apache.cxf.transport.http_jetty.JettyHTTPServerEngineFactory;
import org.apache.cxf.ws.policy.WSPolicyFeature;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.apache.wss4j.common.saml.SAMLCallback;
import org.apache.wss4j.common.saml.bean.*;
import org.apache.wss4j.common.saml.builder.SAML1Constants;
import org.apache.wss4j.common.saml.builder.SAML2Constants;
import org.apache.wss4j.dom.validate.KerberosTokenValidator;
import org.w3c.dom.Element;

/**
 * Apache CXF, driven by its security policies: services on loopback, and a client.
 *
 * The first answer is "OK PORT": services listen at http://localhost:PORT/KIND, where KIND is x509, saml2 or username.
 * call KIND URL BODY    calls the service at URL as a client; the answer is the payload of the reply
 * publish METHOD PATH   publishes a service at PATH by the policy that is the body; assertions are confirmed by METHOD
 * follow METHOD URL POLICY BODY   calls the service at URL by the policy, which is in base64
 * publish-tls, follow-tls   the same over TLS: the answer of the first is a port without TLS that leads to the service, and the
 *                       second has a relay with TLS before the URL, whose port is given in its place
 * publish-wsdl PATH     publishes a service by the description that is the body, as it attaches policies
 * follow-wsdl URL WSDL BODY   calls the service at URL by the description, which is in base64: the operation of the payload
 * follow-swa URL POLICY BODY   as follow, with an attachment
 */
public class Cxf {
    static Merlin crypto;

    public static void main(String[] args) throws Exception {
        PrintStream out = Peer.answers();
        crypto = Peer.crypto(Path.of(args[0]), "alice", "bob", "carol");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        for (String kind : List.of("x509", "saml2", "username")) {
            publish(feature(policy(kind)), properties(kind, "bob", "alice", true), "http://localhost:" + port + "/" + kind);
        }
        out.println("OK " + port);
        Tls.load(Path.of(args[0]));
        int secure;
        try (ServerSocket free = new ServerSocket(0)) {
            secure = free.getLocalPort();
        }
        TLSServerParameters tls = new TLSServerParameters();
        tls.setKeyManagers(Tls.keys);
        BusFactory.getDefaultBus().getExtension(JettyHTTPServerEngineFactory.class).setTLSServerParametersForPort(secure, tls);
        int plain = Tls.relay(false, secure);
        Peer.serve(out, (words, body) -> switch (words[0]) {
            case "publish-tls" -> {
                String address = "https://localhost:" + secure + "/" + words[2];
                publish(feature(Peer.parse(body).getDocumentElement()), properties(words[1], "bob", "alice", true), address);
                yield String.valueOf(plain).getBytes(StandardCharsets.UTF_8);
            }
            case "follow-tls" -> {
                WSPolicyFeature policy = feature(Peer.parse(Base64.getDecoder().decode(words[3])).getDocumentElement());
                String address = "https://localhost:" + Tls.relay(true, Integer.parseInt(words[2])) + "/";
                yield call(policy, properties(words[1], "alice", "bob", false), address, text(body)).getBytes(StandardCharsets.UTF_8);
            }
            case "publish" -> {
                String address = "http://localhost:" + port + "/" + words[2];
                publish(feature(Peer.parse(body).getDocumentElement()), properties(words[1], "bob", "alice", true), address);
                yield words[2].getBytes(StandardCharsets.UTF_8);
            }
            case "follow" -> {
                WSPolicyFeature policy = feature(Peer.parse(Base64.getDecoder().decode(words[3])).getDocumentElement());
                yield call(policy, properties(words[1], "alice", "bob", false), words[2], text(body)).getBytes(StandardCharsets.UTF_8);
            }
            case "publish-wsdl" -> {
                Described.publish(body, properties("bearer", "bob", "alice", true), "http://localhost:" + port + "/" + words[1]);
                yield words[1].getBytes(StandardCharsets.UTF_8);
            }
            case "follow-wsdl" -> Described.call(
                Base64.getDecoder().decode(words[2]), properties("bearer", "alice", "bob", false), words[1], text(body));
            case "follow-swa" -> {
                WSPolicyFeature policy = feature(Peer.parse(Base64.getDecoder().decode(words[2])).getDocumentElement());
                yield Described.withPhoto(dispatch(policy, properties("bearer", "alice", "bob", false), words[1]), text(body));
            }
            default -> call(feature(policy(words[1])), properties(words[1], "alice", "bob", false), words[2], text(body))
                .getBytes(StandardCharsets.UTF_8);
        });
        System.exit(0);
    }

    /** Answers with what it was asked, under another name, or with a fault. */
    @WebServiceProvider
    @ServiceMode(Service.Mode.PAYLOAD)
    public static class Bank implements Provider<Source> {
        @Override
        public Source invoke(Source request) {
            try {
                String asked = text(request);
                if (asked.contains("fault")) {
                    QName code = new QName("http://schemas.xmlsoap.org/soap/envelope/", "Client");
                    throw new SOAPFaultException(SOAPFactory.newInstance().createFault("no such account", code));
                }
                String content = asked.replaceAll("(?s)^<[^>]*>", "").replaceAll("(?s)</[^>]*>$", "");
                return new StreamSource(new StringReader("<accepted xmlns=\"urn:bank\">" + content + "</accepted>"));
            } catch (SOAPFaultException fault) {
                throw fault;
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

    static String text(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8);
    }

    static void publish(WSPolicyFeature policy, Map<String, Object> properties, String address) throws Exception {
        EndpointImpl endpoint = new EndpointImpl(BusFactory.getDefaultBus(), new Bank());
        endpoint.getFeatures().add(policy);
        endpoint.setProperties(new HashMap<>(properties));
        endpoint.publish(address);
    }

    static String call(WSPolicyFeature policy, Map<String, Object> properties, String address, String body) throws Exception {
        return text(dispatch(policy, properties, address).invoke(new StreamSource(new StringReader(body))));
    }

    static Dispatch<Source> dispatch(WSPolicyFeature policy, Map<String, Object> properties, String address) throws Exception {
        Service service = Service.create(new QName("urn:bank", "Bank"));
        QName port = new QName("urn:bank", "Port");
        service.addPort(port, javax.xml.ws.soap.SOAPBinding.SOAP11HTTP_BINDING, address);
        Dispatch<Source> dispatch = service.createDispatch(
            port, Source.class, Service.Mode.PAYLOAD, policy);
        dispatch.getRequestContext().putAll(properties);
        if (address.startsWith("https:")) {
            TLSClientParameters tls = new TLSClientParameters();
            tls.setDisableCNCheck(true);
            tls.setTrustManagers(Tls.ANYONE);
            ((HTTPConduit) ((DispatchImpl<?>) dispatch).getClient().getConduit()).setTlsClientParameters(tls);
        }
        return dispatch;
    }

    static Map<String, Object> properties(String kind, String own, String other, boolean service) {
        Map<String, Object> properties = new HashMap<>();
        CallbackHandler passwords = callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof WSPasswordCallback c) {
                    boolean isUser = c.getUsage() == WSPasswordCallback.USERNAME_TOKEN;
                    c.setPassword(!isUser ? Peer.PASSWORD : c.getIdentifier().equals("ann") ? "s3cret" : null);
                }
            }
        };
        properties.put("security.callback-handler", passwords);
        properties.put("security.signature.crypto", crypto);
        properties.put("security.encryption.crypto", crypto);
        properties.put("security.signature.username", own);
        properties.put("security.encryption.username", service ? "useReqSigCert" : other);
        properties.put("ws-security.asymmetric.signature.algorithm",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
        properties.put("ws-security.symmetric.signature.algorithm",
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256");
        // Services say why they refuse.
        properties.put("ws-security.return.security.error", "true");
        if (kind.endsWith("-beyond-bsp")) {
            properties.put("ws-security.is-bsp-compliant", "false");
        }
        // In a realm, the test writes these entries of JAAS.
        if (System.getProperty("java.security.auth.login.config") != null) {
            properties.put("ws-security.kerberos.jaas.context", "client");
            properties.put("ws-security.kerberos.spn", "HTTP@localhost");
            KerberosTokenValidator tickets = new KerberosTokenValidator();
            tickets.setContextName("service");
            tickets.setServiceName("HTTP@localhost");
            properties.put("ws-security.bst.validator", tickets);
        }
        properties.put("security.username", "ann");
        properties.put("security.saml-callback-handler", (CallbackHandler) callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof SAMLCallback c) {
                    boolean isBearer = kind.startsWith("bearer");
                    if (kind.contains("-of-saml-1.1")) {
                        assertion(c, isBearer ? SAML1Constants.CONF_BEARER : SAML1Constants.CONF_HOLDER_KEY, Version.SAML_11);
                    } else {
                        assertion(c, isBearer ? SAML2Constants.CONF_BEARER : SAML2Constants.CONF_HOLDER_KEY, Version.SAML_20);
                    }
                }
            }
        });
        properties.put("security.audience-restrictions", "urn:bank");
        return properties;
    }

    /** carol issues; alice holds the key, if one confirms. */
    static void assertion(SAMLCallback callback, String method, Version version) {
        try {
            SubjectBean subject = new SubjectBean("uid=ann", null, method);
            if (method.endsWith("holder-of-key")) {
                KeyInfoBean key = new KeyInfoBean();
                key.setCertificate((X509Certificate) crypto.getKeyStore().getCertificate("alice"));
                key.setCertIdentifer(KeyInfoBean.CERT_IDENTIFIER.X509_CERT);
                subject.setKeyInfo(key);
            }
            AttributeBean role = new AttributeBean();
            role.setQualifiedName("role");
            role.setSimpleName("role");
            role.setAttributeValues(List.of("teller"));
            AttributeStatementBean statement = new AttributeStatementBean();
            statement.setSamlAttributes(List.of(role));
            statement.setSubject(subject);
            ConditionsBean conditions = new ConditionsBean();
            conditions.setTokenPeriodSeconds(300);
            AudienceRestrictionBean audience = new AudienceRestrictionBean();
            audience.setAudienceURIs(List.of("urn:bank"));
            conditions.setAudienceRestrictions(List.of(audience));
            callback.setSamlVersion(version);
            callback.setIssuer("https://idp.example");
            callback.setSubject(subject);
            callback.setConditions(conditions);
            callback.setAttributeStatementData(List.of(statement));
            callback.setSignAssertion(true);
            callback.setIssuerCrypto(crypto);
            callback.setIssuerKeyName("carol");
            callback.setIssuerKeyPassword(Peer.PASSWORD);
            callback.setSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
            callback.setSignatureDigestAlgorithm("http://www.w3.org/2001/04/xmlenc#sha256");
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    static WSPolicyFeature feature(Element policy) {
        WSPolicyFeature feature = new WSPolicyFeature();
        feature.setPolicyElements(List.of(policy));
        return feature;
    }

    static Element policy(String kind) throws Exception {
        String include = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702/IncludeToken/";
        String x509 = "<sp:X509Token sp:IncludeToken='" + include + "%s'><wsp:Policy>%s<sp:WssX509V3Token10/></wsp:Policy></sp:X509Token>";
        String serial = "<sp:RequireIssuerSerialReference/>";
        String common = "<sp:AlgorithmSuite><wsp:Policy><sp:Basic256Sha256/></wsp:Policy></sp:AlgorithmSuite>"
            + "<sp:Layout><wsp:Policy><sp:Lax/></wsp:Policy></sp:Layout><sp:IncludeTimestamp/><sp:OnlySignEntireHeadersAndBody/>";
        String asymmetric = "<sp:AsymmetricBinding><wsp:Policy><sp:InitiatorToken><wsp:Policy>"
            + x509.formatted("AlwaysToRecipient", "") + "</wsp:Policy></sp:InitiatorToken><sp:RecipientToken><wsp:Policy>"
            + x509.formatted("Never", serial) + "</wsp:Policy></sp:RecipientToken>" + common
            + "</wsp:Policy></sp:AsymmetricBinding>";
        String binding = switch (kind) {
            case "x509", "sct" -> asymmetric;
            case "saml2" -> "<sp:AsymmetricBinding><wsp:Policy><sp:InitiatorToken><wsp:Policy><sp:SamlToken sp:IncludeToken='"
                + include + "AlwaysToRecipient'><wsp:Policy><sp:WssSamlV20Token11/></wsp:Policy></sp:SamlToken>"
                + "</wsp:Policy></sp:InitiatorToken><sp:RecipientToken><wsp:Policy>"
                + x509.formatted("Never", serial) + "</wsp:Policy></sp:RecipientToken>" + common
                + "</wsp:Policy></sp:AsymmetricBinding>";
            default -> "<sp:SymmetricBinding><wsp:Policy><sp:ProtectionToken><wsp:Policy>"
                + x509.formatted("Never", serial + "<sp:RequireDerivedKeys/>") + "</wsp:Policy></sp:ProtectionToken>" + common
                + "</wsp:Policy></sp:SymmetricBinding>"
                + "<sp:SignedEncryptedSupportingTokens><wsp:Policy><sp:UsernameToken sp:IncludeToken='" + include
                + "AlwaysToRecipient'><wsp:Policy><sp:WssUsernameToken10/></wsp:Policy></sp:UsernameToken></wsp:Policy>"
                + "</sp:SignedEncryptedSupportingTokens>";
        };
        String parts = "<sp:SignedParts><sp:Body/></sp:SignedParts><sp:EncryptedParts><sp:Body/></sp:EncryptedParts>";
        if (kind.equals("sct")) {
            // The context is asked for with messages of the kind x509.
            binding = "<sp:SymmetricBinding><wsp:Policy><sp:ProtectionToken><wsp:Policy><sp:SecureConversationToken "
                + "sp:IncludeToken='" + include + "AlwaysToRecipient'><wsp:Policy><sp:RequireDerivedKeys/><sp:BootstrapPolicy><wsp:Policy>" + asymmetric
                + parts + "</wsp:Policy></sp:BootstrapPolicy></wsp:Policy></sp:SecureConversationToken></wsp:Policy>"
                + "</sp:ProtectionToken>" + common + "</wsp:Policy></sp:SymmetricBinding>"
                + "<sp:Wss11><wsp:Policy><sp:RequireSignatureConfirmation/></wsp:Policy></sp:Wss11>";
        }
        String policy = "<wsp:Policy xmlns:wsp='http://www.w3.org/ns/ws-policy' "
            + "xmlns:sp='http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702'"
            + "><wsp:ExactlyOne><wsp:All>" + binding + parts + "</wsp:All></wsp:ExactlyOne></wsp:Policy>";
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder()
            .parse(new ByteArrayInputStream(policy.getBytes(StandardCharsets.UTF_8))).getDocumentElement();
    }
}
