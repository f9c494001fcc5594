//! The calls of a receiver that accept another message than the default does: none opens a forgery, nor do two together.

use ws_security::prelude::*;

/// The name of a call, and the call.
type Call = (&'static str, fn(Receiver) -> Receiver);

/// Each call of a receiver that accepts something more.
pub(crate) const CALLS: [Call; 46] = [
    ("accept_one_key_to_sign_and_encrypt", Receiver::accept_one_key_to_sign_and_encrypt),
    ("accept_ciphertext_for_others", Receiver::accept_ciphertext_for_others),
    ("dangerous_accept_either_direction", Receiver::dangerous_accept_either_direction),
    ("accept_short_secrets_for_legacy_use_only", Receiver::accept_short_secrets_for_legacy_use_only),
    ("accept_forward_references", Receiver::accept_forward_references),
    ("accept_inclusive_canonicalization", Receiver::accept_inclusive_canonicalization),
    ("accept_absent_transforms", Receiver::accept_absent_transforms),
    ("accept_local_times", Receiver::accept_local_times),
    ("accept_derived_keys_typed_as_encrypted_keys", Receiver::accept_derived_keys_typed_as_encrypted_keys),
    ("accept_longer_secrets", Receiver::accept_longer_secrets),
    ("accept_ciphers_by_key_length", Receiver::accept_ciphers_by_key_length),
    ("accept_times_without_zone", Receiver::accept_times_without_zone),
    ("accept_password_types_by_name", Receiver::accept_password_types_by_name),
    ("accept_token_types_by_name", Receiver::accept_token_types_by_name),
    ("accept_unjudged_signatures", Receiver::accept_unjudged_signatures),
    ("accept_white_space_around_identifiers", Receiver::accept_white_space_around_identifiers),
    ("accept_objects_in_signatures", Receiver::accept_objects_in_signatures),
    ("accept_signatures_over_the_whole_document", Receiver::accept_signatures_over_the_whole_document),
    ("accept_digests_without_nonce", Receiver::accept_digests_without_nonce),
    ("dangerous_accept_digests_without_created", Receiver::dangerous_accept_digests_without_created),
    ("accept_unlisted_encrypted_data", Receiver::accept_unlisted_encrypted_data),
    ("accept_encrypted_keys_outside_the_header", Receiver::accept_encrypted_keys_outside_the_header),
    ("accept_encrypted_data_without_type", Receiver::accept_encrypted_data_without_type),
    ("accept_encrypted_data_as_header_blocks", Receiver::accept_encrypted_data_as_header_blocks),
    ("accept_hexadecimal_identifiers", Receiver::accept_hexadecimal_identifiers),
    ("accept_certificates_in_pem", Receiver::accept_certificates_in_pem),
    ("accept_lengths_of_whole_macs", Receiver::accept_lengths_of_whole_macs),
    ("accept_references_without_hash", Receiver::accept_references_without_hash),
    ("accept_timestamps_without_created", Receiver::accept_timestamps_without_created),
    ("accept_signed_children_of_unknown_kinds", Receiver::accept_signed_children_of_unknown_kinds),
    ("accept_interchangeable_elements", Receiver::accept_interchangeable_elements),
    ("accept_other_encodings", Receiver::accept_other_encodings),
    ("accept_x509_version_1_for_legacy_use_only", Receiver::accept_x509_version_1_for_legacy_use_only),
    ("dangerous_decrypt_cbc_before_verification", Receiver::dangerous_decrypt_cbc_before_verification),
    ("dangerous_accept_cbc_under_unsigned_keys", Receiver::dangerous_accept_cbc_under_unsigned_keys),
    ("dangerous_accept_unsigned_namespaces_of_plaintext", Receiver::dangerous_accept_unsigned_namespaces_of_plaintext),
    ("accept_untold_absence_of_default_namespace", Receiver::accept_untold_absence_of_default_namespace),
    ("accept_empty_line_after_attachment_headers", Receiver::accept_empty_line_after_attachment_headers),
    (
        "dangerous_accept_unsigned_encrypted_data_of_attachments",
        Receiver::dangerous_accept_unsigned_encrypted_data_of_attachments,
    ),
    ("accept_fields_in_other_namespaces", Receiver::accept_fields_in_other_namespaces),
    ("accept_ids_by_other_names", Receiver::accept_ids_by_other_names),
    ("accept_element_paths_in_references", Receiver::accept_element_paths_in_references),
    ("accept_references_of_other_forms", Receiver::accept_references_of_other_forms),
    ("accept_key_info_of_other_shapes", Receiver::accept_key_info_of_other_shapes),
    ("accept_implied_derived_keys", Receiver::accept_implied_derived_keys),
    ("accept_timestamps_of_other_shapes", Receiver::accept_timestamps_of_other_shapes),
];
