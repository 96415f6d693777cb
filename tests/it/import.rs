//! Importing whole files and folders, made-up ones and, with the feature `corpora`, real ones.

#[cfg(feature = "corpora")]
mod corpora {
    use deskline::{
        domain::history::PastConversation,
        import::{Format, Found, Options, open},
    };
    use std::{collections::HashMap, fs, path::PathBuf};

    /// A corpus that has to be there.
    fn corpus(name: &str) -> PathBuf {
        let root = std::env::var_os("DESKLINE_CORPORA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
        let path = root.join(name);
        assert!(
            path.exists(),
            "The corpus {} is not there. Set DESKLINE_CORPORA to the folder that holds the corpora, or test without the feature `corpora`.",
            path.display()
        );
        path
    }

    fn conversations(format: Format, path: PathBuf, team: &[&str]) -> Vec<PastConversation> {
        let options = Options { team: team.iter().map(ToString::to_string).collect(), ..Options::default() };
        open(format, &[path], &options)
            .unwrap()
            .filter_map(|found| match found {
                Found::Conversation(conversation) => Some(conversation),
                Found::Unread { .. } | Found::Working => None,
            })
            .collect()
    }

    #[test]
    fn irc_agreement() {
        let folder = corpus("irc-support").join("data/new-domains");
        let team = ["karllekko", "hmunoz", "w1zeman1p", "timebox", "koopajah", "InternetJones"];
        let all = conversations(Format::Irc, folder.join("stripe.0.ascii.txt"), &team);
        let text = fs::read_to_string(folder.join("stripe.0.ascii.txt")).unwrap();
        let gold = fs::read_to_string(folder.join("stripe.0.annotation.txt")).unwrap();
        score(&text, &gold, &all, true);
    }

    fn score(text: &str, gold: &str, all: &[PastConversation], show: bool) {
        let mut places: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (number, conversation) in all.iter().enumerate() {
            for message in &conversation.messages {
                let key = (message.at.format("%F [%T]").to_string(), message.text.trim().to_owned());
                places.entry(key).or_default().push(number);
            }
        }
        let lines: Vec<Option<usize>> = text
            .lines()
            .map(|line| {
                let (stamp, rest) = line.strip_prefix("stripe ")?.split_at(21);
                let words = rest.split_once('>')?.1.trim();
                let found = places.get_mut(&(stamp.to_owned(), words.to_owned()))?;
                Some(found.remove(0))
            })
            .collect();
        assert!(lines.iter().all(Option::is_some), "{:?}", lines.iter().position(Option::is_none));
        let all_lines: Vec<&str> = text.lines().collect();
        let links: Vec<(usize, usize)> = gold
            .lines()
            .filter_map(|line| {
                let mut words = line.split(' ').map(|it| it.parse().unwrap_or(0));
                Some((words.next()?, words.next()?))
            })
            .collect();
        let (mut same, mut total) = (0, 0);
        for (a, b) in &links {
            if a != b {
                total += 1;
                if lines[*a] == lines[*b] {
                    same += 1
                } else if show {
                    println!(
                        "APART {a} {}\n      {b} {}",
                        all_lines[*a].get(18..110).unwrap_or(all_lines[*a]),
                        all_lines[*b].get(18..110).unwrap_or(all_lines[*b])
                    );
                }
            }
        }
        println!("links {same}/{total} = {:.3}", f64::from(same) / f64::from(total));
        // clusters over annotated lines
        let mut group: Vec<usize> = (0..lines.len()).collect();
        fn top(group: &[usize], mut at: usize) -> usize {
            while group[at] != at {
                at = group[at]
            }
            at
        }
        for (a, b) in &links {
            let (x, y) = (top(&group, *a), top(&group, *b));
            group[x.max(y)] = x.min(y);
        }
        let annotated: Vec<usize> = (1000..lines.len()).collect();
        let (mut both, mut ours, mut theirs) = (0u32, 0u32, 0u32);
        for (i, a) in annotated.iter().enumerate() {
            for b in &annotated[i + 1..] {
                let o = lines[*a] == lines[*b];
                let g = top(&group, *a) == top(&group, *b);
                both += u32::from(o && g);
                ours += u32::from(o);
                theirs += u32::from(g);
            }
        }
        println!(
            "pairs precision {:.3} recall {:.3}",
            f64::from(both) / f64::from(ours),
            f64::from(both) / f64::from(theirs)
        );
        // one to one overlap, greedy
        let mut table: HashMap<(usize, usize), u32> = HashMap::new();
        for line in &annotated {
            *table.entry((lines[*line].unwrap(), top(&group, *line))).or_default() += 1;
        }
        let mut cells: Vec<_> = table.into_iter().collect();
        cells.sort_by_key(|cell| std::cmp::Reverse(cell.1));
        let (mut used_o, mut used_g, mut overlap) =
            (std::collections::HashSet::new(), std::collections::HashSet::new(), 0);
        for ((o, g), n) in cells {
            if !used_o.contains(&o) && !used_g.contains(&g) {
                used_o.insert(o);
                used_g.insert(g);
                overlap += n;
            }
        }
        println!("one-to-one {:.3}", f64::from(overlap) / annotated.len() as f64);
        println!("ours {} conversations", all.len());
    }

    #[test]
    fn probe_mail() {
        for name in ["mime-cpython", "mime-mimekit", "mime-rubymail", "bounces-sisimai", "reply-quote-talon"] {
            let options = Options::default();
            let started = std::time::Instant::now();
            let (mut messages, mut all, mut unread) = (0, 0, Vec::new());
            for found in open(Format::Eml, &[corpus(name)], &options).unwrap() {
                match found {
                    Found::Conversation(c) => {
                        all += 1;
                        messages += c.messages.len();
                    }
                    Found::Unread { place, reason } => unread.push(format!("{place}: {reason}")),
                    Found::Working => {}
                }
            }
            println!(
                "{name}: {all} conversations, {messages} messages, {} unread, {:?}",
                unread.len(),
                started.elapsed()
            );
            for line in unread {
                println!("   {line}");
            }
        }
    }

    #[test]
    fn probe_show() {
        let path = PathBuf::from(std::env::var("SHOW").unwrap());
        for found in open(Format::Eml, &[path], &Options::default()).unwrap() {
            match found {
                Found::Conversation(c) => {
                    println!("== {} | {} | {:?} | {:?} | {:?}", c.key, c.subject, c.requester, c.customers, c.agents);
                    for m in c.messages {
                        println!(
                            "  -- {} {:?} {:?}\n{}",
                            m.at,
                            m.author,
                            m.attachments,
                            m.text.chars().take(300).collect::<String>()
                        );
                    }
                }
                Found::Unread { place, reason } => println!("UNREAD {place}: {reason}"),
                Found::Working => {}
            }
        }
    }
}
