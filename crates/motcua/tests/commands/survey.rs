//! The draw on the command line: the same as the product's and as a script that knows nothing of either.

use super::*;

/// A frame with strata of several sizes, in no order.
fn frame() -> String {
    let people = (0..137).rev().map(|at| {
        let stratum =
            ["Phú Sơn | Hộ tịch", "Phú Sơn | Chứng thực", "Đồng Văn | Đất đai"][at % 7 % 3];
        format!("{stratum}\t{at:04x}\n")
    });
    people.collect()
}

/// The script that stands in `docs/survey-draw.md`.
fn script() -> String {
    let page = include_str!("../../../../docs/survey-draw.md");
    page.split("```python\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[test]
fn the_command_the_product_and_a_script_of_twenty_lines_draw_the_same() {
    let folder = Folder::new();
    let (path, code) = (folder.join("khung.txt"), folder.join("draw.py"));
    std::fs::write(&path, frame()).unwrap();
    std::fs::write(&code, script()).unwrap();
    let known = domain::survey::draw::Frame::parse(&frame()).unwrap();
    let shown = path.display().to_string();
    for (seed, size) in [("48213", 40), ("XSMB 09/01/2026: 48 213", 1), ("a", 137), ("đuôi", 66)]
    {
        let size = size.to_string();
        let line = ["survey", "draw", "--frame", &shown, "--seed", seed, "--size", &size];
        let drawn = done(&folder.0, &line);
        let product = domain::survey::draw::draw(&known, seed, size.parse().unwrap(), 0).unwrap();
        assert_eq!(drawn, product.text());
        let script =
            Command::new("python3").arg(&code).args([&shown, seed, &size]).output().unwrap();
        assert!(script.status.success(), "{}", said(&script));
        assert_eq!(String::from_utf8_lossy(&script.stdout), drawn, "{seed}");
    }
}

#[test]
fn another_frame_a_repeated_number_or_too_large_a_sample_is_refused_in_words() {
    let folder = Folder::new();
    let path = folder.join("khung.txt");
    std::fs::write(&path, frame()).unwrap();
    let shown = path.display().to_string();
    let hash = domain::survey::draw::Frame::parse(&frame()).unwrap().hash();
    let line = |size: &'static str, hash: &'static str| {
        vec!["survey", "draw", "--seed", "1", "--size", size, "--frame-hash", hash, "--frame"]
    };
    let ask = |all: Vec<&str>| {
        let mut all: Vec<&str> = all;
        all.push(&shown);
        run(&folder.0, &all)
    };
    let right: &'static str = hash.leak();
    assert!(ask(line("10", right)).status.success());
    let strata = ask(vec!["survey", "draw", "--seed", "1", "--size", "10", "--strata", "--frame"]);
    assert_eq!(String::from_utf8_lossy(&strata.stdout).lines().count(), 3);
    let json = ask(vec![
        "survey",
        "draw",
        "--seed",
        "1",
        "--size",
        "10",
        "--reserve",
        "2",
        "--json",
        "--frame",
    ]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (json["sample"].as_array().unwrap().len(), json["reserve"].as_array().unwrap().len()),
        (10, 6)
    );
    let other = ask(line("10", "00"));
    assert!(
        !other.status.success() && said(&other).contains("không phải danh sách đã công bố"),
        "{}",
        said(&other)
    );
    let large = ask(line("138", right));
    assert!(
        !large.status.success() && said(&large).contains("lớn hơn danh sách"),
        "{}",
        said(&large)
    );
    std::fs::write(&path, "A\tx\nB\tx\n").unwrap();
    let twice = ask(vec!["survey", "draw", "--seed", "1", "--size", "1", "--frame"]);
    assert!(!twice.status.success() && said(&twice).contains("có hai lần"), "{}", said(&twice));
}
