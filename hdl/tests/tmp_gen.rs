use std::time::Instant;
use trine_spec::Config;
#[test]
fn gen_all() {
    for (l, n) in [(2, 2), (64, 16), (256, 64)] {
        let mut c = Config { lanes: l, columns: n, ..Config::default() };
        if l==2 { c.max_depth=8; c.max_tokens=4; }
        c.weight_bus = Config::default_weight_bus(l, n, c.weight_code);
        let t = Instant::now();
        let unit = trine_hdl::design::unit(&c).unwrap();
        let t1 = t.elapsed();
        let t = Instant::now();
        let own = trine_hdl::lang::verilog(&unit).unwrap();
        let t2 = t.elapsed();
        let t = Instant::now();
        let rh = trine_hdl::rust_hdl::verilog(&unit);
        let t3 = t.elapsed();
        let rh = rh.unwrap();
        assert_eq!(own.ports, rh.ports);
        println!("{l}x{n}: build {t1:?} own {t2:?} rust-hdl {t3:?} files {} bytes {} {}", own.files.len(), own.files.iter().map(|f| f.text.len()).sum::<usize>(), rh.files.iter().map(|f| f.text.len()).sum::<usize>());
        println!("modules {}", rh.files.iter().map(|f| f.text.matches("\nmodule ").count()).sum::<usize>());
        for (d, v) in [("gold", &own), ("gate", &rh)] {
            let dir = format!("/tmp/exp/{l}x{n}/{d}"); std::fs::create_dir_all(&dir).unwrap();
            for f in &v.files { std::fs::write(format!("{dir}/{}", f.name), &f.text).unwrap(); }
        }
    }
}
