//! The migrations of the whole product, in order.

use crate::Migration;

macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$(Migration {
            name: $name,
            sql: include_str!(concat!("../../../schema/", $name, ".sql")),
        }),*]
    };
}

/// Every file of the `schema` folder.
pub const SCHEMA: &[Migration] = migrations![
    "0001_store",
    "0002_people",
    "0003_procedures",
    "0004_dossiers",
    "0005_consultation",
    "0006_jobs",
    "0007_lateness",
    "0008_books",
    "0009_people_around",
    "0010_queue",
    "0011_signing",
    "0012_papers",
    "0013_results",
    "0014_fees",
    "0015_workflows",
    "0016_ratings",
    "0017_links",
    "0018_relay",
    "0019_relay_keys",
    "0020_hand_entries",
    "0021_filing",
    "0022_citizens",
    "0023_find",
    "0024_messages",
    "0025_payment_calls",
    "0026_eforms",
    "0027_citizen_acts",
    "0028_eform_signing",
    "0029_publication",
    "0030_result_holder",
    "0031_indexes",
    "0032_file_held",
    "0033_citizen_store",
    "0034_openings",
    "0035_filing_denials",
    "0036_push",
    "0037_handover_undone",
    "0038_supplement_draft",
    "0039_seal_trust",
    "0040_message_language",
    "0041_device_session",
    "0042_feedback",
    "0043_box_hotline",
    "0044_reception",
    "0045_conduct",
    "0046_surveys",
    "0047_feedback_handling",
    "0048_surveys_again",
];
