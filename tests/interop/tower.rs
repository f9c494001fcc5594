//! The tower middleware and Apache CXF over HTTP: our axum service and CXF's client, our reqwest client and CXF's service,
//! the latter with many clients at once. `cargo run --release -p example-load -- cxf` gives figures.

use std::time::Duration;

use example_load::clients::{Load, load};
use example_load::service;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::driver::Driver;
use crate::peer;

#[test]
fn cxf_and_the_middleware_speak_over_http() {
    if !peer::wanted() {
        return;
    }
    let runtime = Runtime::new().expect("a runtime");
    let (mut driver, port) = Driver::java("cxf", "Cxf").listening();
    let some = Load { clients: 16, time: Duration::from_secs(2), pid: None };
    let outcome = runtime.block_on(load(&format!("http://localhost:{port}/x509"), some)).expect("exchanges");
    assert_eq!(outcome.failed, 0, "{outcome}");
    assert!(outcome.latencies.len() >= 16, "{outcome}");

    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let own = listener.local_addr().expect("its address").port();
    let _served = runtime.spawn(service::serve(listener));
    let call = |driver: &mut Driver, body: &str| driver.ask(&format!("call\tx509\thttp://localhost:{own}/x509"), body);
    for amount in ["4711", "<b xmlns=\"\">ä &amp; ö</b>"] {
        let reply = call(&mut driver, &format!("<pay xmlns=\"urn:bank\">{amount}</pay>")).expect("a reply");
        assert!(reply.contains("accepted") && reply.contains(amount), "{reply}");
    }
    let refused = call(&mut driver, "<steal xmlns=\"urn:bank\">4711</steal>").expect_err("another order");
    assert!(refused.contains("Fault"), "{refused}");
}
