//! Specimens: invented people, real procedures.

use jiff::civil::date;
use prints::{
    Agency, BoardRow, ChannelLimit, Counter, DossierSheet, FeeLine, FormSet, Hop, HopOutcome,
    LedgerHead, MissingPaper, NoticeBoard, Paper, Person, ProcedurePaper, ProcedureSheet,
    RegisterRow, RegisterSheet, Signer,
};

fn agency() -> Agency {
    Agency {
        parent: "Ủy ban nhân dân huyện Tân Kỳ".into(),
        name: "Ủy ban nhân dân xã Kỳ Sơn".into(),
        place: "Kỳ Sơn".into(),
    }
}

fn counter() -> Counter {
    Counter {
        name: "Bộ phận Tiếp nhận và Trả kết quả xã Kỳ Sơn".into(),
        phone: "0238 3882 000".into(),
        address: "Xóm 5, xã Kỳ Sơn, huyện Tân Kỳ, tỉnh Nghệ An".into(),
        website: "dichvucong.nghean.gov.vn".into(),
    }
}

fn leader() -> Signer {
    Signer {
        on_behalf: "TM. Ủy ban nhân dân".into(),
        title: "KT. Chủ tịch\nPhó Chủ tịch".into(),
        name: "Phan Thị Minh Nguyệt".into(),
    }
}

/// A birth registration as a counter sees it every week.
pub fn birth(forms: FormSet) -> DossierSheet {
    let paper = |name: &str, originals, copies| Paper {
        name: name.into(),
        originals,
        copies,
        ..Paper::default()
    };
    DossierSheet {
        forms,
        agency: agency(),
        counter: counter(),
        document_number: "15/UBND-MC".into(),
        document_date: Some(date(2026, 2, 10)),
        code: "000.27.40.H41-260210-0007".into(),
        track_url: "https://motcua.tanky.example/tra-cuu/000.27.40.H41-260210-0007".into(),
        secret: "K7TM-93QX".into(),
        book: "01".into(),
        sequence: "0127".into(),
        applicant: Person {
            name: "Nguyễn Thị Hồng Nhung".into(),
            id_number: "040192000123".into(),
            address: "Xóm Tân Thọ, xã Kỳ Sơn, huyện Tân Kỳ, tỉnh Nghệ An".into(),
            phone: "0900 000 127".into(),
            email: "nhung@example.vn".into(),
            ..Person::default()
        },
        filer: Some(Person {
            name: "Trần Đức Thắng".into(),
            id_number: "040190000456".into(),
            phone: "0900 000 128".into(),
            ..Person::default()
        }),
        procedure_code: "1.001193".into(),
        procedure_name: "Thủ tục đăng ký khai sinh".into(),
        request: "Đăng ký khai sinh cho con là Trần Nguyễn Bảo Ngọc".into(),
        papers: vec![
            paper("Tờ khai đăng ký khai sinh", 1, 0),
            paper("Giấy chứng sinh", 1, 0),
            paper("Giấy chứng nhận kết hôn của cha, mẹ", 0, 1),
            Paper {
                name: "Văn bản ủy quyền (được chứng thực) theo quy định của pháp luật".into(),
                certified: 1,
                ..Paper::default()
            },
        ],
        sets: 1,
        channel: "Trực tiếp".into(),
        legal_limit: "01 ngày làm việc".into(),
        received_at: Some(date(2026, 2, 10).at(8, 30, 0, 0)),
        due_at: Some(date(2026, 2, 11).at(17, 0, 0, 0)),
        explanation: vec![
            "Nhận 08:30 thứ Ba 10/02/2026, trong giờ làm việc; ngày nhận không tính.".into(),
            "Ngày làm việc thứ 1: thứ Tư 11/02/2026.".into(),
            "Hẹn cuối giờ làm việc ngày 11/02/2026, lúc 17:00.".into(),
        ],
        delivery: "Bộ phận Tiếp nhận và Trả kết quả xã Kỳ Sơn (trực tiếp)".into(),
        fees: vec![FeeLine { name: "Lệ phí bản sao trích lục".into(), dong: 8_000 }],
        officer: "Lê Văn Quý".into(),
        leader: leader(),
        reasons: vec![
            "Giấy chứng sinh nộp kèm không có chữ ký và dấu của cơ sở y tế.".into(),
            "Thiếu văn bản ủy quyền có chứng thực của cha, mẹ trẻ.".into(),
        ],
        missing: vec![
            MissingPaper {
                name: "Giấy chứng sinh có ký, đóng dấu của cơ sở y tế".into(),
                originals: 1,
                reason: "Bản đã nộp không có dấu".into(),
                ground: "Luật Hộ tịch 2014, Điều 16 khoản 1".into(),
                ..MissingPaper::default()
            },
            MissingPaper {
                name: "Văn bản ủy quyền".into(),
                certified: 1,
                reason: "Người nộp không phải cha, mẹ".into(),
                ground: "Thông tư 04/2020/TT-BTP, Điều 2".into(),
                ..MissingPaper::default()
            },
        ],
        supplement_limit: "15 ngày làm việc kể từ ngày nhận phiếu này".into(),
        delayed_by: "Công chức Tư pháp - Hộ tịch xã Kỳ Sơn".into(),
        original_due_at: Some(date(2026, 2, 11).at(17, 0, 0, 0)),
        new_due_at: Some(date(2026, 2, 13).at(17, 0, 0, 0)),
        stop_requested_at: Some(date(2026, 2, 10).at(15, 20, 0, 0)),
        stage: "Công chức Tư pháp - Hộ tịch đang thẩm tra hồ sơ".into(),
        fee_consequence: "chưa thu, người nộp không phải thanh toán.".into(),
        competent: "Ủy ban nhân dân xã Kỳ Sơn".into(),
        cooperating: vec!["Công an xã Kỳ Sơn".into()],
        hops: vec![
            Hop {
                from_unit: "Bộ phận Một cửa".into(),
                from_person: "Lê Văn Quý".into(),
                to_unit: "Tư pháp - Hộ tịch".into(),
                to_person: "Hồ Thị Lam".into(),
                at: Some(date(2026, 2, 10).at(8, 45, 0, 0)),
                outcome: Some(HopOutcome::OnTime),
                ..Hop::default()
            },
            Hop {
                from_unit: "Tư pháp - Hộ tịch".into(),
                from_person: "Hồ Thị Lam".into(),
                to_unit: "Lãnh đạo UBND".into(),
                to_person: "Phan Thị Minh Nguyệt".into(),
                at: Some(date(2026, 2, 11).at(10, 5, 0, 0)),
                outcome: Some(HopOutcome::Early),
                note: "Kèm dự thảo Giấy khai sinh".into(),
            },
            Hop {
                from_unit: "Lãnh đạo UBND".into(),
                from_person: "Phan Thị Minh Nguyệt".into(),
                to_unit: "Bộ phận Một cửa".into(),
                to_person: "Lê Văn Quý".into(),
                at: Some(date(2026, 2, 11).at(17, 40, 0, 0)),
                outcome: Some(HopOutcome::Late),
                note: "Lãnh đạo đi họp buổi chiều".into(),
            },
        ],
        copies_to: vec!["Công chức Tư pháp - Hộ tịch".into()],
        demo: true,
        ..DossierSheet::default()
    }
}

/// A register of `count` dossiers.
pub fn register(count: u32) -> RegisterSheet {
    let rows = (1..=count)
        .map(|number| RegisterRow {
            number,
            code: format!("000.27.40.H41-260210-{number:04}"),
            procedure: if number.is_multiple_of(3) {
                "Thủ tục chứng thực bản sao từ bản chính giấy tờ, văn bản".into()
            } else {
                "Thủ tục đăng ký khai sinh".into()
            },
            sets: 1,
            applicant: "Nguyễn Thị Hồng Nhung".into(),
            address: "Xóm Tân Thọ, xã Kỳ Sơn".into(),
            phone: "0900 000 127".into(),
            competent: "UBND xã Kỳ Sơn".into(),
            received_at: Some(date(2026, 2, 10).at(8, 30, 0, 0)),
            due_at: Some(date(2026, 2, 11).at(17, 0, 0, 0)),
            returned_at: number.is_multiple_of(2).then(|| date(2026, 2, 11).at(9, 15, 0, 0)),
            handed_over: if number.is_multiple_of(2) {
                "Trực tiếp".into()
            } else {
                String::new()
            },
            outcome: number.is_multiple_of(2).then_some(HopOutcome::OnTime),
            note: String::new(),
        })
        .collect();
    RegisterSheet {
        forms: FormSet::Circular2025,
        agency: agency(),
        book: "01".into(),
        from: Some(date(2026, 1, 1)),
        to: Some(date(2026, 2, 28)),
        made_on: Some(date(2026, 3, 2)),
        keeper: "Lê Văn Quý".into(),
        leader: leader(),
        rows,
        demo: true,
    }
}

/// A notice board of two sectors.
pub fn board(large: bool) -> NoticeBoard {
    let row = |code: &str, name: &str, sector: &str, limit: &str, fee: &str| BoardRow {
        code: code.into(),
        name: name.into(),
        sector: sector.into(),
        limit: limit.into(),
        fee: fee.into(),
        level: "Toàn trình".into(),
        url: format!("https://motcua.tanky.example/thu-tuc/{code}"),
    };
    let mut rows = vec![
        row("1.001193", "Thủ tục đăng ký khai sinh", "Hộ tịch", "Trong ngày", "Không"),
        row("1.000894", "Thủ tục đăng ký kết hôn", "Hộ tịch", "Trong ngày", "Không"),
        row(
            "2.000815",
            "Thủ tục chứng thực bản sao từ bản chính giấy tờ, văn bản do cơ quan, tổ chức có thẩm quyền của Việt Nam cấp hoặc chứng nhận",
            "Chứng thực",
            "Trong ngày",
            "2.000 đ/trang; từ trang thứ ba 1.000 đ/trang, tối đa 200.000 đ/bản",
        ),
        row(
            "1.004873",
            "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
            "Hộ tịch",
            "03 ngày làm việc",
            "15.000 đ",
        ),
    ];
    rows.extend((0..14).map(|number| {
        row(
            &format!("1.0080{number:02}"),
            "Tặng danh hiệu Lao động tiên tiến thuộc thẩm quyền của Ủy ban nhân dân cấp xã",
            "Thi đua, khen thưởng",
            "10 ngày làm việc",
            "Không",
        )
    }));
    NoticeBoard {
        agency: agency(),
        counter: counter(),
        decision: "Công bố kèm theo Quyết định số 1234/QĐ-UBND ngày 05/01/2026 của Chủ tịch UBND tỉnh Nghệ An".into(),
        feedback: "Sở Tư pháp tỉnh Nghệ An, điện thoại 0238 3840 000, hoặc Cổng Dịch vụ công quốc gia".into(),
        made_on: Some(date(2026, 2, 10)),
        large,
        rows,
        demo: true,
    }
}

/// Birth registration, to take home.
pub fn procedure() -> ProcedureSheet {
    let paper = |case: &str, name: &str, originals, copies| ProcedurePaper {
        case: case.into(),
        name: name.into(),
        originals,
        copies,
        ..ProcedurePaper::default()
    };
    let limit = |channel: &str| ChannelLimit {
        channel: channel.into(),
        limit: "Ngay trong ngày; nhận sau 15 giờ thì trả ngày làm việc tiếp theo".into(),
        fee: "Không (đăng ký đúng hạn)".into(),
    };
    ProcedureSheet {
        agency: agency(),
        counter: counter(),
        code: "1.001193".into(),
        name: "Thủ tục đăng ký khai sinh".into(),
        sector: "Hộ tịch".into(),
        competent: "Ủy ban nhân dân cấp xã".into(),
        applicants: "Công dân Việt Nam".into(),
        limits: vec![limit("Trực tiếp"), limit("Trực tuyến"), limit("Dịch vụ bưu chính")],
        papers: vec![
            ProcedurePaper {
                form: "Mẫu tờ khai đăng ký khai sinh (TT 04/2020/TT-BTP)".into(),
                ..paper("Giấy tờ phải nộp", "Tờ khai đăng ký khai sinh", 1, 0)
            },
            paper(
                "Giấy tờ phải nộp",
                "Giấy chứng sinh; trường hợp không có Giấy chứng sinh thì nộp văn bản của người làm chứng xác nhận về việc sinh; nếu không có người làm chứng thì phải có giấy cam đoan về việc sinh.",
                1,
                0,
            ),
            paper(
                "Giấy tờ phải nộp",
                "Văn bản ủy quyền (được chứng thực) theo quy định của pháp luật trong trường hợp ủy quyền thực hiện việc đăng ký khai sinh.",
                1,
                0,
            ),
            paper(
                "Giấy tờ phải xuất trình",
                "Hộ chiếu, Thẻ căn cước hoặc giấy tờ khác có dán ảnh và thông tin cá nhân do cơ quan có thẩm quyền cấp, còn giá trị sử dụng",
                1,
                0,
            ),
            ProcedurePaper {
                remark: true,
                ..paper(
                    "Lưu ý",
                    "Người tiếp nhận không được yêu cầu nộp thêm giấy tờ mà pháp luật hộ tịch không quy định phải nộp.",
                    0,
                    0,
                )
            },
        ],
        sets: 1,
        result: "Giấy khai sinh (bản chính)".into(),
        conditions: vec![
            "Cha, mẹ đăng ký khai sinh cho con trong thời hạn 60 ngày kể từ ngày sinh.".into(),
        ],
        steps: vec![
            "Nộp hồ sơ tại Bộ phận Một cửa, qua bưu chính hoặc trực tuyến.".into(),
            "Công chức kiểm tra và cấp Giấy tiếp nhận hồ sơ.".into(),
            "Nhận Giấy khai sinh theo giấy hẹn.".into(),
        ],
        legal_basis: vec![
            "Luật Hộ tịch số 60/2014/QH13".into(),
            "Nghị định số 123/2015/NĐ-CP".into(),
            "Thông tư số 04/2020/TT-BTP".into(),
        ],
        level: "Toàn trình".into(),
        decision: "Công bố tại Quyết định số 1872/QĐ-BTP ngày 04/9/2020".into(),
        url: "https://motcua.tanky.example/thu-tuc/1.001193".into(),
        made_on: Some(date(2026, 2, 10)),
        demo: true,
    }
}

/// The head of an invented ledger.
pub fn ledger() -> LedgerHead {
    LedgerHead {
        agency: agency(),
        day: Some(date(2026, 2, 10)),
        taken_at: Some(date(2026, 2, 10).at(17, 30, 0, 0)),
        entries: 18_342,
        hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        previous: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752".into(),
        url: "https://motcua.tanky.example/so-cai/2026-02-10".into(),
        command: "motcua ledger verify --head 9f86d081…".into(),
        leader: leader(),
        demo: true,
    }
}
