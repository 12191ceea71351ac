//! What is chosen with a step: grounds of a refusal, who collects, by which way.

use super::codes::codes;

codes! {
    /// Why a dossier is turned away at the counter; the words say the rest.
    pub enum Ground {
        /// Another body's business.
        OutsideRemit = "outside_remit", "Không thuộc phạm vi giải quyết";
        /// The applicant does not meet the conditions.
        NotEligible = "not_eligible", "Không đủ điều kiện theo quy định";
        /// Asked once to complete it, and it is still not complete.
        StillIncomplete = "still_incomplete", "Hồ sơ vẫn chưa đầy đủ sau khi hướng dẫn";
        /// The same is already being settled.
        Duplicate = "duplicate", "Trùng với hồ sơ đang giải quyết";
        /// Something else that the law names.
        Other = "other", "Lý do khác theo quy định";
    }
}

codes! {
    /// Who stands at the counter to collect.
    pub enum Collector {
        /// The applicant himself.
        Applicant = "applicant", "Người nộp hồ sơ";
        /// Somebody with a power of attorney, named in the words.
        Proxy = "proxy", "Người được ủy quyền";
        /// The office whose case it is a part of (liên thông).
        Lead = "lead", "Cơ quan chủ trì hồ sơ liên thông";
    }
}

codes! {
    /// How the result reaches the citizen.
    pub enum ReturnChannel {
        /// Over the counter.
        Counter = "counter", "Tại Bộ phận Một cửa";
        /// By public post.
        Post = "post", "Qua bưu chính công ích";
        /// As an electronic document.
        Online = "online", "Trực tuyến";
    }
}
