use std::{
    collections::BTreeMap,
    env,
    fs::metadata,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Where a program is that is named without its place, by the `PATH` of its own environment; its name where that leaves it
/// open, so that the system decides.
///
/// The standard library copies the whole process to start a program that it has to look for in another `PATH` than ours,
/// and that takes the longer, the more memory the process has.
pub(super) fn find(name: &str, environment: &BTreeMap<String, String>) -> PathBuf {
    let path = environment.get("PATH").map(String::as_str).unwrap_or_default();
    let mut places = env::split_paths(path)
        .take_while(|directory| directory.is_absolute())
        .map(|directory| directory.join(name));
    match places.find(|place| is_program(place)) {
        Some(place) if !name.contains('/') => place,
        _ => name.into(),
    }
}

fn is_program(place: &Path) -> bool {
    metadata(place).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, create_dir, set_permissions, write};

    use super::*;

    #[test]
    fn the_first_program_of_the_path_is_found() {
        let home = tempfile::tempdir().unwrap();
        for (directory, mode) in [("one", 0o644), ("two", 0o755), ("three", 0o755)] {
            let directory = home.path().join(directory);
            create_dir(&directory).unwrap();
            write(directory.join("tool"), "").unwrap();
            set_permissions(directory.join("tool"), Permissions::from_mode(mode)).unwrap();
        }
        let of = |places: &[&str]| {
            let places = places.iter().map(|place| home.path().join(place));
            let path = env::join_paths(places).unwrap().into_string().unwrap();
            BTreeMap::from([("PATH".to_owned(), path)])
        };
        let two = home.path().join("two/tool");
        assert_eq!(find("tool", &of(&["none", "one", "two", "three"])), two);
        assert_eq!(
            find("tool", &of(&["one"])),
            Path::new("tool"),
            "nobody may run it"
        );
        assert_eq!(
            find("two/tool", &of(&["."])),
            Path::new("two/tool"),
            "it says where"
        );
        assert_eq!(find("tool", &BTreeMap::new()), Path::new("tool"));
    }

    #[test]
    fn what_depends_on_the_directory_is_left_to_the_system() {
        let environment = BTreeMap::from([("PATH".to_owned(), ".:/usr/bin:/bin".to_owned())]);
        assert_eq!(find("sh", &environment), Path::new("sh"));
    }
}
