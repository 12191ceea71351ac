//! Against a table on which four independent libraries agree.

use super::*;

#[test]
fn tet_and_gio_to_fall_as_in_the_table() {
    let table = include_str!("tet.csv");
    let mut rows = 0;
    for row in table.lines().skip(1) {
        let mut cells = row.split(',');
        let year: i16 = cells.next().unwrap().parse().unwrap();
        assert_eq!(tet(year).unwrap().to_string(), cells.next().unwrap(), "Tết {year}");
        assert_eq!(gio_to(year).unwrap().to_string(), cells.next().unwrap(), "Giỗ Tổ {year}");
        rows += 1;
    }
    assert_eq!(rows, 51);
}
