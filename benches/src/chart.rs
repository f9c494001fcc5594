//! A chart of time over size, both on logarithmic scales, as SVG.

use std::fmt::Write as _;
use std::time::Duration;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 460.0;
/// Left, right, top and bottom of what is drawn.
const FRAME: [f64; 4] = [70.0, 590.0, 40.0, 410.0];
const COLOURS: [&str; 8] = ["#0b6e4f", "#c1121f", "#1d4e89", "#e07a00", "#6a4c93", "#5f6b6d", "#b5179e", "#8d6a3f"];

/// The times of one peer.
pub struct Series {
    /// Its name.
    pub name: String,
    /// The octets of each message, and the time that it took.
    pub points: Vec<(usize, Duration)>,
}

/// Draws a line for each series.
#[must_use]
pub fn chart(title: &str, series: &[Series]) -> String {
    let points = || series.iter().flat_map(|one| &one.points);
    let (sizes, times) =
        (decades(points().map(|(size, _)| *size as f64)), decades(points().map(|(_, time)| nanos(*time))));
    let [left, right, top, bottom] = FRAME;
    let x = |size: f64| left + (size.log10() - sizes.0) / (sizes.1 - sizes.0) * (right - left);
    let y = |time: f64| bottom - (time.log10() - times.0) / (times.1 - times.0) * (bottom - top);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"{left}\" y=\"24\" \
         font-size=\"15\">{title}</text>\n"
    );
    for decade in sizes.0 as i32..=sizes.1 as i32 {
        let at = x(10f64.powi(decade));
        line(&mut out, [at, top, at, bottom], "#ddd");
        label(&mut out, (at, bottom + 18.0, "middle"), &octets(decade));
    }
    for decade in times.0 as i32..=times.1 as i32 {
        let at = y(10f64.powi(decade));
        line(&mut out, [left, at, right, at], "#ddd");
        label(
            &mut out,
            (left - 8.0, at + 4.0, "end"),
            &format!("{:?}", Duration::from_nanos(10u64.pow(decade as u32))),
        );
    }
    for (number, one) in series.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let path: Vec<String> =
            one.points.iter().map(|(size, time)| format!("{:.1},{:.1}", x(*size as f64), y(nanos(*time)))).collect();
        let _infallible = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        let at = top + 14.0 + 18.0 * number as f64;
        line(&mut out, [right + 14.0, at, right + 34.0, at], colour);
        label(&mut out, (right + 40.0, at + 4.0, "start"), &one.name);
    }
    out.push_str("</svg>\n");
    out
}

/// The powers of ten around some values.
fn decades(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (least, most) =
        values.map(f64::log10).fold((f64::MAX, f64::MIN), |(least, most), value| (least.min(value), most.max(value)));
    let (from, to) = (least.floor(), most.ceil());
    if from < to { (from, to) } else { (from, from + 1.0) }
}

fn nanos(time: Duration) -> f64 {
    (time.as_nanos() as f64).max(1.0)
}

fn octets(decade: i32) -> String {
    match decade {
        6.. => format!("{} MB", 10u64.pow(decade as u32 - 6)),
        3.. => format!("{} KB", 10u64.pow(decade as u32 - 3)),
        _ => format!("{} B", 10u64.pow(decade.max(0) as u32)),
    }
}

fn line(out: &mut String, [x1, y1, x2, y2]: [f64; 4], colour: &str) {
    let _infallible = writeln!(
        out,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\" stroke-width=\"2\"/>"
    );
}

fn label(out: &mut String, (x, y, anchor): (f64, f64, &str), text: &str) {
    let _infallible = writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
}
