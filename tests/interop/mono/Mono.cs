// Mono's WCF with mutual certificates (WS-Security 1.0, asymmetric), as a client and as a service.
//
// mono Mono.exe FOLDER call URL   calls the service at URL; prints the payload of the reply
// mono Mono.exe FOLDER serve      prints "OK PORT", and serves until it is ended
using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Security;
using System.Text;
using System.Threading;
using System.Xml;

[ServiceContract(Namespace = "urn:bank")]
public interface IBank {
    [OperationContract(Action = "urn:pay", ReplyAction = "urn:accepted")]
    Message Pay(Message request);
}

public class Bank : IBank {
    public Message Pay(Message request) {
        if (!request.GetReaderAtBodyContents().ReadOuterXml().Contains(">4711<")) throw new FaultException("another amount");
        return Message.CreateMessage(request.Version, "urn:accepted", Program.Xml("accepted"));
    }
}

static class Program {
    static string folder;

    public static XmlReader Xml(string name) {
        return XmlReader.Create(new StringReader("<" + name + " xmlns=\"urn:bank\">4711</" + name + ">"));
    }

    static Binding Mutual() {
        var security = SecurityBindingElement.CreateMutualCertificateBindingElement(
            MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10);
        security.IncludeTimestamp = true;
        return new CustomBinding(security,
            new TextMessageEncodingBindingElement(MessageVersion.Soap11, Encoding.UTF8), new HttpTransportBindingElement());
    }

    static X509Certificate2 Identity(string name) {
        return new X509Certificate2(Path.Combine(folder, name + ".p12"), "changeit");
    }

    static X509Certificate2 Certificate(string name) {
        return new X509Certificate2(Path.Combine(folder, name + ".cer"));
    }

    static int Call(string url) {
        var identity = EndpointIdentity.CreateX509CertificateIdentity(Certificate("bob"));
        var factory = new ChannelFactory<IBank>(Mutual(), new EndpointAddress(new Uri(url), identity));
        var credentials = factory.Credentials;
        credentials.ClientCertificate.Certificate = Identity("alice");
        credentials.ServiceCertificate.DefaultCertificate = Certificate("bob");
        credentials.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
        var request = Message.CreateMessage(MessageVersion.Soap11, "urn:pay", Xml("pay"));
        Console.WriteLine(factory.CreateChannel().Pay(request).GetReaderAtBodyContents().ReadOuterXml());
        return 0;
    }

    static int Serve() {
        var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var host = new ServiceHost(typeof(Bank));
        var credentials = new ServiceCredentials();
        credentials.ServiceCertificate.Certificate = Identity("bob");
        credentials.ClientCertificate.Certificate = Identity("alice");
        credentials.ClientCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
        host.Description.Behaviors.Remove<ServiceCredentials>();
        host.Description.Behaviors.Add(credentials);
        host.AddServiceEndpoint(typeof(IBank), Mutual(), "http://localhost:" + port + "/bank/");
        host.Open();
        Console.WriteLine("OK " + port);
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    static int Main(string[] words) {
        folder = words[0];
        try {
            return words[1] == "serve" ? Serve() : Call(words[2]);
        } catch (Exception error) {
            for (var cause = error; cause != null; cause = cause.InnerException)
                Console.WriteLine(cause.GetType().Name + ": " + cause.Message);
            return 1;
        }
    }
}
