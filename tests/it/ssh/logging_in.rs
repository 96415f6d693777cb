//! Who is let in: a key that was registered and proved, under any name, and nobody else.

use super::{Server, client::Client, fingerprint, key_of, new_key};
use crate::desks::TestDesk;
use deskline::ssh::key;
use russh::{
    MethodKind,
    keys::{
        Algorithm, HashAlg, PrivateKey,
        key::safe_rng,
        ssh_key::certificate::{Builder, CertType},
    },
};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[test]
fn a_registered_key_is_let_in_under_any_name() {
    let desk = TestDesk::new();
    let ana = key_of(&desk, "ana");
    let server = Server::on(&desk.file(), &[]);
    for name in ["ana", "olga", "root", "nobody at all", "", "\u{1b}[31m", "join"] {
        let mut client = Client::connect(&server);
        assert!(client.offers(name, &ana), "{name:?}");
        let listed = client.command("section list --json", b"");
        assert_eq!(listed.status, Some(0), "{}", listed.errors);
        assert_eq!(client.learned.lock().unwrap().host_key, server.fingerprint);
    }
    let line = server.prints("logged in");
    assert!(line.contains(r#""agent":"ana""#) && line.contains(&fingerprint(&ana)), "{line}");
    assert!(!server.printed().contains("nobody at all"), "what is typed as a name is nobody's business");
}

#[test]
fn nothing_but_a_registered_key_is_let_in() {
    let desk = TestDesk::new();
    let ben = key_of(&desk, "ben");
    let server = Server::on(&desk.file(), &[]);
    let mut client = Client::connect(&server);
    assert!(!client.offers("ben", &new_key()));
    let methods = client.password("secret").expect("a password lets nobody in");
    assert_eq!(&*methods, &[MethodKind::PublicKey]);
    // Somebody who was switched off, or whose key was revoked.
    desk.desk.revoke_key(&desk.agent("olga"), &fingerprint(&ben)).unwrap();
    assert!(!Client::connect(&server).offers("ben", &ben));
    let cleo = key_of(&desk, "cleo");
    desk.switch_off("cleo");
    assert!(!Client::connect(&server).offers("cleo", &cleo));
}

#[test]
fn an_agent_with_many_keys_gets_in_by_the_tenth() {
    let desk = TestDesk::new();
    let ana = key_of(&desk, "ana");
    let server = Server::on(&desk.file(), &[]);
    let mut client = Client::connect(&server);
    let begun = Instant::now();
    for _ in 0..9 {
        assert!(!client.offers("ana", &new_key()));
    }
    assert!(client.offers("ana", &ana));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let mut client = Client::connect(&server);
    for _ in 0..10 {
        assert!(!client.offers("ana", &new_key()));
    }
    assert!(!client.offers("ana", &ana), "ten keys are enough");
}

#[test]
fn a_certificate_is_no_key_of_ours_whatever_key_it_certifies() {
    let desk = TestDesk::new();
    let ana = key_of(&desk, "ana");
    let server = Server::on(&desk.file(), &[]);
    let mut builder =
        Builder::new_with_random_nonce(&mut safe_rng(), ana.public_key(), 0, u64::from(u32::MAX)).unwrap();
    builder.cert_type(CertType::User).unwrap();
    builder.valid_principal("ana").unwrap();
    let certificate = builder.sign(&*new_key()).unwrap();
    let mut client = Client::connect(&server);
    assert!(!client.certified(&ana, certificate));
    assert!(client.offers("ana", &ana), "the key itself is let in after it");
}

#[test]
fn an_rsa_key_signs_with_sha_2_or_not_at_all() {
    let desk = TestDesk::new();
    let rsa = Algorithm::Rsa { hash: None };
    let key = Arc::new(PrivateKey::random(&mut safe_rng(), rsa).unwrap());
    desk.desk.add_key(&desk.agent("olga"), "ana", &key::of(key.public_key())).unwrap();
    let server = Server::on(&desk.file(), &[]);
    assert!(!Client::connect(&server).signs(&key, None), "ssh-rsa, which is SHA-1");
    for digest in [HashAlg::Sha256, HashAlg::Sha512] {
        assert!(Client::connect(&server).signs(&key, Some(digest)), "{digest}");
    }
}
