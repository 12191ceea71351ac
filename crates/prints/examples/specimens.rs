//! Writes a specimen of every paper: `cargo run -p prints --example specimens -- FOLDER`.

use std::{error::Error, fs, path::Path};

use prints::{
    Form, FormSet, PrintError, register_xlsx, render, render_ledger_head, render_notice_board,
    render_procedure, render_register,
};

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder to write to")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    for (set, year) in [(FormSet::Circular2018, "2018"), (FormSet::Circular2025, "2025")] {
        for form in Form::ALL {
            match render(form, &samples::birth(set)) {
                Ok(pdf) => fs::write(folder.join(format!("{}-{year}.pdf", form.slug())), pdf)?,
                Err(PrintError::NotInSet) => {}
                Err(wrong) => return Err(wrong.into()),
            }
        }
    }
    fs::write(folder.join("so-theo-doi.pdf"), render_register(&samples::register(60))?)?;
    fs::write(folder.join("so-theo-doi.xlsx"), register_xlsx(&samples::register(60))?)?;
    fs::write(folder.join("niem-yet-a4.pdf"), render_notice_board(&samples::board(false))?)?;
    fs::write(folder.join("niem-yet-a3.pdf"), render_notice_board(&samples::board(true))?)?;
    fs::write(folder.join("thu-tuc.pdf"), render_procedure(&samples::procedure())?)?;
    fs::write(folder.join("ma-chot-so.pdf"), render_ledger_head(&samples::ledger())?)?;
    Ok(())
}
