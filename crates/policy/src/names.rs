//! The namespaces of WS-Policy, WS-SecurityPolicy and WSDL; and for other namespaces, the product or specification that
//! owns them.

/// WS-Policy 1.5, its draft of July 2006, and 1.2, as of September 2004: the same language. The version of 2002 is
/// another language.
const POLICY: [&str; 3] =
    [POLICY_15, "http://www.w3.org/2006/07/ws-policy", "http://schemas.xmlsoap.org/ws/2004/09/policy"];
pub(crate) const POLICY_15: &str = "http://www.w3.org/ns/ws-policy";

/// WS-SecurityPolicy 1.1.
const SECURITY_2005: &str = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy";
/// The draft of WS-SecurityPolicy 1.2, which has the assertions of 1.2: of WebLogic, WebSphere and Metro.
const SECURITY_2005_12: &str = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200512";
/// WS-SecurityPolicy 1.2, and what 1.3 kept.
const SECURITY_2007: &str = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";
/// The assertions that WS-SecurityPolicy 1.3 added.
const SECURITY_2008: &str = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200802";
/// The algorithm suites of CXF.
const SECURITY_CXF: &str = "http://cxf.apache.org/custom/security-policy";

pub(crate) const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
pub(crate) const WSDL_SOAP11: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
pub(crate) const WSDL_SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";

pub(crate) fn is_policy(namespace: &str) -> bool {
    POLICY.contains(&namespace)
}

/// Whether it is of WS-SecurityPolicy, in any version.
pub(crate) fn is_security(namespace: &str) -> bool {
    [SECURITY_2005, SECURITY_2005_12, SECURITY_2007, SECURITY_2008].contains(&namespace)
}

/// Whether it is of WS-SecurityPolicy 1.1, which is used with the drafts of WS-SecureConversation and WS-Trust of 2005.
pub(crate) fn is_security_2005(namespace: &str) -> bool {
    namespace == SECURITY_2005
}

pub(crate) fn is_cxf_suite(namespace: &str) -> bool {
    namespace == SECURITY_CXF
}

const SAP: &str = "SAP NetWeaver, about the transport, transactions or its own administration";

const WCF: &str = "WCF, about the transport or a session";

/// The security domain of WCF, beside WS-SecurityPolicy.
const SECURITY_WCF: &str = "http://schemas.microsoft.com/ws/2005/07/securitypolicy";

pub(crate) fn is_wcf_security(namespace: &str) -> bool {
    namespace == SECURITY_WCF
}

/// The policies of WebLogic 9, and the assertions of Oracle and SAP of their own: they say something of security, in words that
/// are not read.
const OTHER_SECURITY: [&str; 4] = [
    "http://www.bea.com/wls90/security/policy",
    "http://www.bea.com/wls/security/policy",
    "http://schemas.oracle.com/ws/2006/01/securitypolicy",
    "http://www.sap.com/webas/630/soap/features/security/policy",
];

/// Whether the assertions of this namespace say something of the security of messages, in words of one product.
pub(crate) fn is_other_security(namespace: &str) -> bool {
    OTHER_SECURITY.iter().any(|start| namespace.starts_with(start))
}

/// The context that WCF sends in a header block of this namespace. Its assertion says how the block is protected.
pub(crate) const WCF_CONTEXT: &str = "http://schemas.microsoft.com/ws/2006/05/context";

/// The domains of assertions that are not about security: the beginning of the namespace, and the domain.
const OTHERS: [(&str, &str); 35] = [
    ("http://www.w3.org/2005/08/addressing", "WS-Addressing"),
    ("http://schemas.xmlsoap.org/ws/2004/08/addressing", "WS-Addressing"),
    ("http://www.w3.org/2006/05/addressing/wsdl", "WS-Addressing"),
    ("http://www.w3.org/2006/02/addressing/wsdl", "WS-Addressing"),
    ("http://www.w3.org/2007/05/addressing/metadata", "WS-Addressing"),
    ("http://schemas.xmlsoap.org/ws/2004/09/policy/addressing", "WS-Addressing"),
    ("http://schemas.xmlsoap.org/ws/2004/09/policy/encoding", "the encoding of characters"),
    ("http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization", "MTOM"),
    ("http://www.w3.org/2007/08/soap12-mtom-policy", "MTOM"),
    ("http://docs.oasis-open.org/ws-rx/wsrmp/", "WS-ReliableMessaging"),
    ("http://docs.oasis-open.org/ws-rx/wsmc/", "WS-MakeConnection"),
    ("http://schemas.microsoft.com/ws-rx/wsrmp/", "WS-ReliableMessaging, as WCF has it"),
    ("http://schemas.microsoft.com/net/2005/02/rm/policy", "WS-ReliableMessaging, as WCF has it"),
    ("http://sun.com/2006/03/rm", "WS-ReliableMessaging, as Metro has it"),
    ("http://schemas.xmlsoap.org/ws/2005/02/rm/policy", "WS-ReliableMessaging"),
    ("http://schemas.xmlsoap.org/ws/2004/10/wsat", "WS-AtomicTransaction"),
    ("http://docs.oasis-open.org/ws-tx/", "WS-Transaction"),
    ("http://schemas.microsoft.com/ws/06/2004/policy/http", WCF),
    ("http://schemas.microsoft.com/ws/06/2004/mspolicy/", WCF),
    ("http://schemas.microsoft.com/ws/2005/05/routing/policy", WCF),
    ("http://schemas.microsoft.com/ws/2006/05/framing/policy", WCF),
    ("http://schemas.microsoft.com/ws/2006/02/tx/oletx", WCF),
    ("http://cxf.apache.org/", "CXF, about its own configuration"),
    ("http://java.sun.com/xml/ns/", "Metro, about its own configuration"),
    ("http://schemas.sun.com/2006/03/wss/", "Metro, about its own keys"),
    ("http://schemas.sun.com/ws/2006/05/sc/", "Metro, about how it gets a security context"),
    ("http://schemas.sun.com/ws/2006/05/trust/", "Metro, about its token service"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity", "information cards, about how a user takes one"),
    ("http://ws.apache.org/rampart/policy", "Rampart, about its own keys"),
    ("http://www.wso2.org/products/carbon/security", "WSO2, about its own keys and who may call"),
    ("http://www.sap.com/710/features/attachment/", SAP),
    ("http://www.sap.com/webas/710/soap/features/transportbinding/", SAP),
    ("http://www.sap.com/webas/630/soap/features/session/", SAP),
    ("http://www.sap.com/webas/700/soap/features/CentralAdministration/", SAP),
    ("http://www.sap.com/NW05/soap/features/", SAP),
];

/// The domain of an assertion that is not about the security of messages; `None` for one that we do not know.
pub(crate) fn other_domain(namespace: &str) -> Option<&'static str> {
    OTHERS.iter().find(|(start, _)| namespace.starts_with(start)).map(|(_, domain)| *domain)
}
