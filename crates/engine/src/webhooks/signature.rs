//! Secrets and signatures by the specification of Standard Webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use persistence::records::WebhookRecord;
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// A new secret of 256 random bits.
pub fn new_secret() -> std::io::Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

/// The value of `webhook-signature`: one signature for each secret that counts now, parted by blanks.
pub fn signatures(webhook: &WebhookRecord, id: &str, at: Timestamp, body: &str) -> String {
    let previous = webhook.previous_secret.as_deref().filter(|_| webhook.previous_secret_until > Some(at));
    let signed = format!("{id}.{}.{body}", at.unix_seconds());
    [Some(webhook.secret.as_str()), previous]
        .into_iter()
        .flatten()
        .filter_map(|secret| signature(secret, &signed))
        .collect::<Vec<_>>()
        .join(" ")
}

fn signature(secret: &str, signed: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(signed.as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn the_known_example_is_signed_as_others_sign_it() {
        let signed = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        let made = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", signed);
        assert_eq!(made.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn secrets_hold_256_bits_and_differ() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, other);
        assert_eq!(STANDARD.decode(one.strip_prefix(PREFIX).unwrap()).unwrap().len(), 32);
    }
}
