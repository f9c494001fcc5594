import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.*;
import javax.security.auth.callback.*;
import org.apache.cxf.BusFactory;
import org.apache.cxf.jaxws.EndpointImpl;
import org.apache.cxf.sts.StaticSTSProperties;
import org.apache.cxf.sts.operation.*;
import org.apache.cxf.sts.service.*;
import org.apache.cxf.sts.token.canceller.SCTCanceller;
import org.apache.cxf.sts.token.delegation.*;
import org.apache.cxf.sts.token.provider.*;
import org.apache.cxf.sts.token.renewer.SAMLTokenRenewer;
import org.apache.cxf.sts.token.validator.*;
import org.apache.cxf.ws.security.sts.provider.SecurityTokenServiceProvider;
import org.apache.cxf.ws.security.tokenstore.MemoryTokenStore;
import org.apache.wss4j.common.ext.WSPasswordCallback;

/**
 * CXF's security token service. Its messages are those of the x509 service; carol signs what it issues.
 *
 * The first answer is "OK PORT": it listens at http://localhost:PORT/sts, and at http://localhost:PORT/sct a bank that speaks
 * WS-SecureConversation.
 */
public class Sts {
    public static void main(String[] args) throws Exception {
        PrintStream out = Peer.answers();
        Cxf.crypto = Peer.crypto(Path.of(args[0]), "alice", "bob", "carol");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        EndpointImpl endpoint = new EndpointImpl(BusFactory.getDefaultBus(), provider());
        endpoint.getFeatures().add(Cxf.feature(Cxf.policy("x509")));
        endpoint.setProperties(new HashMap<>(Cxf.properties("x509", "bob", "alice", true)));
        endpoint.publish("http://localhost:" + port + "/sts");
        Cxf.publish(Cxf.feature(Cxf.policy("sct")), Cxf.properties("sct", "bob", "alice", true), "http://localhost:" + port + "/sct");
        out.println("OK " + port);
        Peer.serve(out, (words, body) -> body);
        System.exit(0);
    }

    static SecurityTokenServiceProvider provider() throws Exception {
        StaticSTSProperties properties = new StaticSTSProperties();
        properties.setCallbackHandler((CallbackHandler) callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof WSPasswordCallback c) {
                    c.setPassword(c.getUsage() == WSPasswordCallback.USERNAME_TOKEN ? "s3cret" : Peer.PASSWORD);
                }
            }
        });
        properties.setSignatureCrypto(Cxf.crypto);
        properties.setSignatureUsername("carol");
        properties.setEncryptionCrypto(Cxf.crypto);
        properties.setEncryptionUsername("bob");
        properties.setIssuer("https://idp.example");

        StaticService bank = new StaticService();
        bank.setEndpoints(List.of("urn:bank"));
        EncryptionProperties toBank = new EncryptionProperties();
        toBank.setEncryptionName("bob");
        bank.setEncryptionProperties(toBank);

        DefaultConditionsProvider conditions = new DefaultConditionsProvider();
        conditions.setAcceptClientLifetime(true);
        SAMLTokenProvider saml = new SAMLTokenProvider();
        saml.setConditionsProvider(conditions);
        SAMLTokenRenewer renewer = new SAMLTokenRenewer();
        renewer.setVerifyProofOfPossession(false);
        renewer.setAllowRenewalAfterExpiry(true);
        renewer.setConditionsProvider(conditions);
        MemoryTokenStore store = new MemoryTokenStore();
        List<TokenValidator> validators =
            List.of(new SAMLTokenValidator(), new SCTValidator(), new UsernameTokenValidator(), new X509TokenValidator());

        TokenIssueOperation issue = new TokenIssueOperation();
        issue.setTokenProviders(List.of(saml, new SCTProvider()));
        issue.setDelegationHandlers(List.of(new SAMLDelegationHandler(), new UsernameTokenDelegationHandler(),
            new HOKDelegationHandler()));
        TokenValidateOperation validate = new TokenValidateOperation();
        TokenRenewOperation renew = new TokenRenewOperation();
        renew.setTokenRenewers(List.of(renewer));
        SCTCanceller canceller = new SCTCanceller();
        canceller.setVerifyProofOfPossession(false);
        TokenCancelOperation cancel = new TokenCancelOperation();
        cancel.setTokenCancellers(List.of(canceller));
        for (AbstractOperation operation : List.of(issue, validate, renew, cancel)) {
            operation.setStsProperties(properties);
            operation.setServices(List.of(bank));
            operation.setTokenStore(store);
            operation.setTokenValidators(validators);
        }
        SecurityTokenServiceProvider provider = new SecurityTokenServiceProvider();
        provider.setIssueOperation(issue);
        provider.setIssueSingleOperation(issue);
        provider.setValidateOperation(validate);
        provider.setRenewOperation(renew);
        provider.setCancelOperation(cancel);
        return provider;
    }
}
