use orch_core::SeededEntropy;

use super::*;

const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----\n";
const ID: &str = "ae8e7d3bbb0cd5b6885b6646bea8b310e16701c1cd71f4d0ded1d241d29ed3cd";

#[test]
fn every_spelling_of_a_key_is_one_key() {
    let line = PEM.replace('\n', "");
    for text in [PEM, PEM.trim_end(), &PEM.replace('\n', "\r\n"), &line] {
        let key = AgentKey::from_pem(text).unwrap();
        assert_eq!((key.to_pem().as_str(), key.to_line()), (PEM, line.clone()));
        assert_eq!(key.derived_id(), ID);
    }
}

#[test]
fn what_is_no_key_is_refused() {
    let p256 = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n";
    let private = AgentSigner::generate(&SeededEntropy::default()).to_pem();
    for text in [
        "",
        "key",
        p256,
        &private,
        &PEM[1..],
        &PEM.replace("A6EH", "A6E"),
        &PEM.replace("MCow", "MCox"),
    ] {
        assert_eq!(AgentKey::from_pem(text), Err(AgentKeyError), "{text}");
    }
}

#[test]
fn a_signer_reads_back_and_is_not_printed() {
    let signer = AgentSigner::generate(&SeededEntropy::default());
    let again = AgentSigner::from_pem(&signer.to_pem()).unwrap();
    assert_eq!(again.key(), signer.key());
    assert!(signer.key().verify(b"message", &again.sign(b"message")));
    assert!(AgentSigner::from_pem(PEM).is_err());
    assert_eq!(format!("{signer:?}"), format!("AgentSigner({:?})", signer.key()));
}
