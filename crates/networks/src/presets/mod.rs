//! A module for each network.

mod as4;
mod digikoppeling;
mod oio_idws;
mod row;
mod wcf;

pub mod amadeus;
pub mod bdew_1_2;
pub mod dgws_dk;
pub mod dian_co;
pub mod digikoppeling_wus_s;
pub mod digikoppeling_wus_se;
pub mod dpi_no;
pub mod edelivery_1_15;
pub mod edelivery_2_0;
pub mod edelivery_2_0_ec;
pub mod eet_cz;
pub mod ehealth_exchange_us;
pub mod entsog_3_6;
pub mod entsog_4_0;
pub mod face_es;
pub mod oio_idws_bearer;
pub mod oio_idws_hok;
pub mod onvif;
pub mod owsm;
pub mod peppol_as4_2;
pub mod sat_mx;
pub mod sts_be;
pub mod sunat_pe;
pub mod vbms_us;
pub mod wcf_mutual_certificate_1_0;
pub mod wcf_mutual_certificate_1_1;
pub mod wcf_username_over_certificate;
pub mod xua;

use crate::network::Network;

/// All networks, by name.
pub const ALL: &[Network] = &[
    amadeus::NETWORK,
    bdew_1_2::NETWORK,
    dgws_dk::NETWORK,
    dian_co::NETWORK,
    digikoppeling_wus_s::NETWORK,
    digikoppeling_wus_se::NETWORK,
    dpi_no::NETWORK,
    edelivery_1_15::NETWORK,
    edelivery_2_0::NETWORK,
    edelivery_2_0_ec::NETWORK,
    eet_cz::NETWORK,
    ehealth_exchange_us::NETWORK,
    entsog_3_6::NETWORK,
    entsog_4_0::NETWORK,
    face_es::NETWORK,
    oio_idws_bearer::NETWORK,
    oio_idws_hok::NETWORK,
    onvif::NETWORK,
    owsm::NETWORK,
    peppol_as4_2::NETWORK,
    sat_mx::NETWORK,
    sts_be::NETWORK,
    sunat_pe::NETWORK,
    vbms_us::NETWORK,
    wcf_mutual_certificate_1_0::NETWORK,
    wcf_mutual_certificate_1_1::NETWORK,
    wcf_username_over_certificate::NETWORK,
    xua::NETWORK,
];
