//! The square code as a picture: what a banking app reads out of a telephone's pictures.

use prints::qr_png;

#[test]
fn a_picture_has_its_quiet_edge_and_the_squares_of_the_code() {
    let picture = image::load_from_memory(&qr_png("0002010102").unwrap()).unwrap().to_luma8();
    assert_eq!(picture.width(), (21 + 8) * 8, "the smallest code and its edge");
    let at = |x: u32, y: u32| picture.get_pixel(x * 8 + 4, y * 8 + 4).0[0];
    // The edge, the ring of the first eye, the gap in it, its pupil.
    assert_eq!([at(0, 0), at(3, 3), at(4, 4), at(5, 5), at(6, 6)], [255, 255, 0, 255, 0]);
}
