//! Where a dossier stands: four independent statuses, and what the public sees of them.
//!
//! “Issued” is not “delivered”, and neither is “synchronised”; that is why they are four.

use super::codes::codes;

codes! {
    /// How far the business itself is (trạng thái nghiệp vụ).
    pub enum Status {
        /// Being filled in; nobody has received it.
        Draft = "draft", "Đang soạn";
        /// Sent by the citizen, not yet looked at.
        Submitted = "submitted", "Mới nộp";
        /// Sent back before acceptance, with one complete list of what is missing.
        IntakeSupplement = "intake_supplement", "Chờ bổ sung trước khi tiếp nhận";
        /// Turned away at the counter, with a written reason.
        RefusedIntake = "refused_intake", "Từ chối tiếp nhận";
        /// Taken in; the receipt is issued and the clock runs.
        Accepted = "accepted", "Đã tiếp nhận";
        /// Sent on to the unit that settles it.
        Transferred = "transferred", "Đã chuyển bộ phận chuyên môn";
        /// An officer is named, who has not begun.
        Assigned = "assigned", "Đã phân công";
        /// In the hands of an officer.
        Processing = "processing", "Đang thụ lý";
        /// Being verified in the field.
        Verifying = "verifying", "Đang xác minh";
        /// Another unit is asked for its opinion.
        Consulting = "consulting", "Đang lấy ý kiến";
        /// Waiting for the citizen's missing papers after acceptance; the clock stands still.
        AwaitSupplement = "await_supplement", "Chờ công dân bổ sung";
        /// Waiting for the citizen to pay what he owes.
        AwaitPayment = "await_payment", "Chờ nghĩa vụ tài chính";
        /// The draft result lies with the reviewer.
        ToReview = "to_review", "Chờ thẩm tra";
        /// The draft result lies with the signer.
        ToSign = "to_sign", "Chờ ký";
        /// Signed; waits for its number and stamp.
        ToNumber = "to_number", "Chờ vào số, đóng dấu";
        /// The result, granted or refused, is at the counter.
        ResultAtCounter = "result_at_counter", "Có kết quả tại Một cửa";
        /// The result is in the citizen's hands.
        Returned = "returned", "Đã trả kết quả";
        /// Put away in the archive.
        Archived = "archived", "Đã lưu trữ";
        /// The citizen asks to have it stopped.
        WithdrawRequested = "withdraw_requested", "Công dân yêu cầu rút";
        /// Stopped at the citizen's request.
        Withdrawn = "withdrawn", "Đã rút hồ sơ";
        /// Closed, for the missing papers never came.
        ClosedNoSupplement = "closed_no_supplement", "Đóng do không bổ sung";
        /// A wrong result is being put right by the agency that made it.
        Correcting = "correcting", "Đang sửa sai sót kết quả";
    }
}

codes! {
    /// Whether money is owed (trạng thái tài chính).
    pub enum Financial {
        /// Nothing to pay.
        NotRequired = "not_required", "Không phải nộp";
        /// Something is owed.
        Due = "due", "Chưa nộp đủ";
        /// All of it is paid and confirmed.
        Paid = "paid", "Đã nộp đủ";
    }
}

codes! {
    /// Where the result is on its way to the citizen (trạng thái trả kết quả).
    pub enum Delivery {
        /// There is no result yet.
        None = "none", "Chưa có kết quả";
        /// It waits to be collected.
        Waiting = "waiting", "Chờ nhận";
        /// The post has it.
        InPost = "in_post", "Đang gửi bưu chính";
        /// The citizen has it.
        Delivered = "delivered", "Đã giao";
    }
}

codes! {
    /// Whether the outside systems know what we know (trạng thái đồng bộ).
    pub enum Sync {
        /// Nobody outside is to be told.
        NotNeeded = "not_needed", "Không đồng bộ";
        /// Something is still to be sent.
        Pending = "pending", "Chờ đồng bộ";
        /// They have the latest.
        Synced = "synced", "Đã đồng bộ";
        /// They would not take it.
        Failed = "failed", "Đồng bộ lỗi";
    }
}

codes! {
    /// What the result says.
    pub enum Outcome {
        /// What was asked for is given.
        Granted = "granted", "Giải quyết";
        /// Refused in writing after appraisal.
        Refused = "refused", "Từ chối giải quyết";
    }
}

codes! {
    /// The ten statuses that the public is shown (trạng thái công khai).
    pub enum PublicStatus {
        /// 1
        New = "1", "Mới đăng ký";
        /// 2
        Accepted = "2", "Được tiếp nhận";
        /// 3
        NotAccepted = "3", "Không được tiếp nhận";
        /// 4
        InProcess = "4", "Đang xử lý";
        /// 5
        SupplementAsked = "5", "Yêu cầu bổ sung giấy tờ";
        /// 6
        PaymentAsked = "6", "Yêu cầu thực hiện nghĩa vụ tài chính";
        /// 7
        WithdrawAsked = "7", "Công dân yêu cầu rút hồ sơ";
        /// 8
        Stopped = "8", "Dừng xử lý";
        /// 9
        Finished = "9", "Đã xử lý xong";
        /// 10
        Returned = "10", "Đã trả kết quả";
    }
}

impl PublicStatus {
    /// Its number, 1 to 10.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// What an English-speaking citizen reads.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::New => "Newly submitted",
            Self::Accepted => "Accepted",
            Self::NotAccepted => "Not accepted",
            Self::InProcess => "In process",
            Self::SupplementAsked => "Further papers requested",
            Self::PaymentAsked => "Payment requested",
            Self::WithdrawAsked => "Withdrawal requested by the applicant",
            Self::Stopped => "Stopped",
            Self::Finished => "Decided",
            Self::Returned => "Result returned",
        }
    }
}

codes! {
    /// Groups of public statuses that reports count.
    pub enum Aggregate {
        /// Taken in: 2, 4, 5, 6, 7, 8, 9, 10.
        Received = "received", "Đã tiếp nhận";
        /// Being worked on: 2, 4.
        InProcess = "in_process", "Đang xử lý";
        /// Standing still: 5, 6, 8.
        Paused = "paused", "Tạm dừng";
        /// Over: 7, 9, 10.
        Done = "done", "Đã giải quyết";
    }
}

impl Aggregate {
    /// Whether a dossier that shows `status` is counted here.
    #[must_use]
    pub const fn counts(self, status: PublicStatus) -> bool {
        match self {
            Self::Received => matches!(status.number(), 2 | 4..=10),
            Self::InProcess => matches!(status.number(), 2 | 4),
            Self::Paused => matches!(status.number(), 5 | 6 | 8),
            Self::Done => matches!(status.number(), 7 | 9 | 10),
        }
    }
}

impl Status {
    /// What the public is shown; nothing for a draft.
    ///
    /// A dossier under correction stays “finished”: its answer was given, and a
    /// correction has its own clock.
    #[must_use]
    pub const fn public(self) -> Option<PublicStatus> {
        Some(match self {
            Self::Draft => return None,
            Self::Submitted => PublicStatus::New,
            Self::IntakeSupplement | Self::AwaitSupplement => PublicStatus::SupplementAsked,
            Self::RefusedIntake => PublicStatus::NotAccepted,
            Self::Accepted | Self::Transferred => PublicStatus::Accepted,
            Self::Assigned
            | Self::Processing
            | Self::Verifying
            | Self::Consulting
            | Self::ToReview
            | Self::ToSign
            | Self::ToNumber => PublicStatus::InProcess,
            Self::AwaitPayment => PublicStatus::PaymentAsked,
            Self::WithdrawRequested => PublicStatus::WithdrawAsked,
            Self::Withdrawn | Self::ClosedNoSupplement => PublicStatus::Stopped,
            Self::ResultAtCounter | Self::Correcting => PublicStatus::Finished,
            Self::Returned | Self::Archived => PublicStatus::Returned,
        })
    }

    /// Whether `aggregate` counts a dossier of this status.
    ///
    /// What is sent back before acceptance shows 5 and yet was never received:
    /// it is in no aggregate but [`Aggregate::Paused`].
    #[must_use]
    pub fn counted_in(self, aggregate: Aggregate) -> bool {
        if self == Self::IntakeSupplement && aggregate == Aggregate::Received {
            return false;
        }
        self.public().is_some_and(|public| aggregate.counts(public))
    }

    /// Whether nothing more is owed to the citizen: the answer exists or the case is closed.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::RefusedIntake
                | Self::ResultAtCounter
                | Self::Returned
                | Self::Archived
                | Self::Withdrawn
                | Self::ClosedNoSupplement
                | Self::Correcting
        )
    }

    /// Whether the dossier was accepted and is still owed an answer.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !self.is_over() && !matches!(self, Self::Draft | Self::Submitted | Self::IntakeSupplement)
    }
}
