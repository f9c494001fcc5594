//! A page for each network: `tests/networks.rs` writes this file and the pages.

#[doc = include_str!("amadeus.md")]
pub mod amadeus {}

#[doc = include_str!("bdew_1_2.md")]
pub mod bdew_1_2 {}

#[doc = include_str!("dgws_dk.md")]
pub mod dgws_dk {}

#[doc = include_str!("dian_co.md")]
pub mod dian_co {}

#[doc = include_str!("digikoppeling_wus_s.md")]
pub mod digikoppeling_wus_s {}

#[doc = include_str!("digikoppeling_wus_se.md")]
pub mod digikoppeling_wus_se {}

#[doc = include_str!("dpi_no.md")]
pub mod dpi_no {}

#[doc = include_str!("edelivery_1_15.md")]
pub mod edelivery_1_15 {}

#[doc = include_str!("edelivery_2_0.md")]
pub mod edelivery_2_0 {}

#[doc = include_str!("edelivery_2_0_ec.md")]
pub mod edelivery_2_0_ec {}

#[doc = include_str!("eet_cz.md")]
pub mod eet_cz {}

#[doc = include_str!("ehealth_exchange_us.md")]
pub mod ehealth_exchange_us {}

#[doc = include_str!("entsog_3_6.md")]
pub mod entsog_3_6 {}

#[doc = include_str!("entsog_4_0.md")]
pub mod entsog_4_0 {}

#[doc = include_str!("face_es.md")]
pub mod face_es {}

#[doc = include_str!("oio_idws_bearer.md")]
pub mod oio_idws_bearer {}

#[doc = include_str!("oio_idws_hok.md")]
pub mod oio_idws_hok {}

#[doc = include_str!("onvif.md")]
pub mod onvif {}

#[doc = include_str!("owsm.md")]
pub mod owsm {}

#[doc = include_str!("peppol_as4_2.md")]
pub mod peppol_as4_2 {}

#[doc = include_str!("sat_mx.md")]
pub mod sat_mx {}

#[doc = include_str!("sts_be.md")]
pub mod sts_be {}

#[doc = include_str!("sunat_pe.md")]
pub mod sunat_pe {}

#[doc = include_str!("vbms_us.md")]
pub mod vbms_us {}

#[doc = include_str!("wcf_mutual_certificate_1_0.md")]
pub mod wcf_mutual_certificate_1_0 {}

#[doc = include_str!("wcf_mutual_certificate_1_1.md")]
pub mod wcf_mutual_certificate_1_1 {}

#[doc = include_str!("wcf_username_over_certificate.md")]
pub mod wcf_username_over_certificate {}

#[doc = include_str!("xua.md")]
pub mod xua {}
