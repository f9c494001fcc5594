//! Goes through many mutants and prints each kind of broken promise once: `survey FIRST COUNT [FOLDER]`.

use std::collections::BTreeMap;

use wss_fuzz_harness::choices::seeded;
use wss_fuzz_harness::targets::Opening;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, count, folder @ ..] = &arguments[..] else {
        return Err("usage: survey FIRST COUNT [FOLDER]".into());
    };
    let (first, count): (u64, u64) = (first.parse()?, count.parse()?);
    let opening = Opening::shared();
    let mut broken: BTreeMap<(String, String), (u64, u64, String)> = BTreeMap::new();
    let (mut opened, mut honest) = (0_u64, 0_u64);
    for seed in first..first + count {
        let mutant = opening.mutant(&seeded(seed, 256));
        match opening.check(&mutant.xml, mutant.golden.cbc) {
            Ok(Some(proven)) => {
                opened += 1;
                honest += u64::from(!proven.is_the_attackers());
            }
            Ok(None) => {}
            Err(what) => {
                let kind = (mutant.golden.shape.to_owned(), format!("{:?}", mutant.trail));
                let found = broken.entry(kind).or_insert_with(|| (seed, 0, what.clone()));
                found.1 += 1;
                if found.1 == 1
                    && let [folder] = folder
                {
                    std::fs::write(format!("{folder}/{seed}.xml"), &mutant.xml)?;
                    std::fs::write(
                        format!("{folder}/{seed}.txt"),
                        format!("{} {:?}\n{what}", mutant.golden.shape, mutant.trail),
                    )?;
                }
            }
        }
    }
    println!("{count} mutants, {opened} open, {honest} for an honest party; {} kinds of broken promises", broken.len());
    for ((shape, trail), (seed, times, what)) in broken {
        println!("--- {shape} {trail}: seed {seed}, {times} times\n{what}");
    }
    Ok(())
}
