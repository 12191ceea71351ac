//! `motcua survey draw`: the sample of a published frame and seed, drawn again by anybody.

use std::{path::PathBuf, process::ExitCode};

use domain::survey::draw::{Frame, draw};

use crate::{Outcome, Problem};

/// What can be done with surveys without a server.
#[derive(Debug, clap::Subcommand)]
pub enum Survey {
    /// Rút lại mẫu từ danh sách và hạt giống công khai / Draw the sample again
    Draw(Draw),
}

/// Options of the draw.
#[derive(Debug, clap::Args)]
pub struct Draw {
    /// Tệp danh sách đã công bố: mỗi dòng “tầng<TAB>mã” / The published frame
    #[arg(long, value_name = "FILE")]
    frame: PathBuf,
    /// Hạt giống đã công bố / The seed
    #[arg(long)]
    seed: String,
    /// Cỡ mẫu / How many
    #[arg(long, value_name = "N")]
    size: u64,
    /// Mã băm đã công bố; sai thì dừng / The published hash of the frame, checked
    #[arg(long, value_name = "SHA256")]
    frame_hash: Option<String>,
    /// In cả người dự phòng, mỗi tầng ngần ấy người / Those who stand ready, so many of each stratum
    #[arg(long, default_value_t = 0, value_name = "N")]
    reserve: u64,
    /// In số người từng tầng thay cho mẫu / The sizes of strata in place of the sample
    #[arg(long)]
    strata: bool,
    /// In dạng JSON / Print JSON
    #[arg(long, conflicts_with = "strata")]
    json: bool,
}

fn refused(error: impl std::fmt::Display) -> Problem {
    Problem::Refused(error.to_string())
}

impl Survey {
    /// Does it.
    ///
    /// # Errors
    /// If the frame cannot be read, is another one, or is too small.
    pub fn run(self) -> Outcome {
        let Self::Draw(it) = self;
        let text = std::fs::read_to_string(&it.frame)
            .map_err(|e| refused(format!("Không đọc được {}: {e}", it.frame.display())))?;
        let frame = Frame::parse(&text).map_err(refused)?;
        if let Some(hash) = &it.frame_hash {
            frame.demand(hash).map_err(refused)?;
        }
        let drawn = draw(&frame, &it.seed, it.size, it.reserve).map_err(refused)?;
        if it.json {
            let value = serde_json::json!({
                "frame_hash": frame.hash(), "seed": it.seed, "size": it.size,
                "strata": drawn.strata, "sample": drawn.sample, "reserve": drawn.reserve,
            });
            crate::out!("{value}");
        } else if it.strata {
            for share in &drawn.strata {
                crate::out!("{}\t{}\t{}", share.stratum, share.population, share.size);
            }
        } else {
            for one in &drawn.sample {
                crate::out!("{}\t{}", one.stratum, one.id);
            }
            for one in &drawn.reserve {
                crate::out!("dự phòng\t{}\t{}", one.stratum, one.id);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
