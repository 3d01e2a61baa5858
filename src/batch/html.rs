//! The report of a run as one page for a browser, which needs nothing beside it.
//!
//! Everything that comes from a repository is escaped; the page may load nothing and send nothing.

use std::fmt::Write as _;
use std::io::Write;

use anyhow::Result;

use super::highlight::{escape, escaped, paint_python, prose};
use super::judge::Account;
use super::migrate::short;
use super::record::{DroppedFix, FileDiff, FixLine, RepositoryRecord, Status, StepRecord};
use super::report::{Findings, Found, SpeedBucket, Totals, TransformTotals};
use super::verify::Ending;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// A page with more of diffs, in bytes, is no pleasure in a browser: the commits have them all.
const MOST_DIFFS: usize = 24 << 20;

/// A diff of one file that is longer, in bytes, is left to the commit.
const LONGEST_DIFF: usize = 200 << 10;

/// Writes the page of a run that began at `began`, in seconds since 1970.
///
/// # Errors
///
/// When a record cannot be read, or `out` fails.
pub fn write_page(findings: &Findings<'_>, totals: &Totals, began: u64, out: &mut dyn Write) -> Result<()> {
    write!(
        out,
        "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n\
         <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n\
         <meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
         <meta name=color-scheme content=\"light dark\">\n<title>pyfix batch report</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n"
    )?;
    out.write_all(head(totals, began).as_bytes())?;
    out.write_all(charts(totals).as_bytes())?;
    write!(out, "<section id=repositories>\n{}", controls(totals))?;
    let mut room = MOST_DIFFS;
    findings(&mut |found| {
        out.write_all(repository(&found, totals.most, &mut room).as_bytes())?;
        Ok(())
    })?;
    write!(
        out,
        "<p class=empty hidden>No repository matches.</p>\n</section>\n<footer>pyfix {} &middot; one commit for each \
         transform &middot; <code>pyfix explain ID</code> tells what a transform proves and what was measured \
         </footer>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    )?;
    Ok(())
}

fn head(totals: &Totals, began: u64) -> String {
    let repositories = totals.migrated + totals.unchanged + totals.failed;
    let mut page = format!(
        "<header>\n<div class=brand><span class=mark aria-hidden=true></span><h1>pyfix batch</h1></div>\n\
         <p class=lead>{} kept in {} of {}.</p>\n\
         <p class=when><time datetime=\"{began}\">{}</time></p>\n</header>\n<section class=cards>\n",
        amount(totals.fixes, "fix", "fixes"),
        grouped(totals.migrated),
        amount(repositories, "repository", "repositories"),
        date(began)
    );
    let cards = [
        (totals.fixes, "kept", "good", "fixes that were committed"),
        (totals.dropped, "dropped", "bad", "fixes that the verify command fails with"),
        (totals.declined, "declined", "mute", "candidates that pyfix could not prove, and left alone"),
        (totals.commits, "commits", "", "one for each transform that changed a repository"),
        (totals.verify_runs, "verify runs", "", "runs of the commands that had to succeed"),
        (totals.files, "files", "", "Python files that were looked at"),
    ];
    for (count, label, class, title) in cards {
        let class = if count == 0 { "mute" } else { class };
        let _ = writeln!(
            page,
            "<div class=\"card {class}\" title=\"{title}\"><b>{}</b><span>{label}</span></div>",
            grouped(count)
        );
    }
    page.push_str("</section>\n");
    page
}

fn charts(totals: &Totals) -> String {
    let mut page = String::from("<section class=charts>\n");
    let mut rows: Vec<(&String, &TransformTotals)> = totals.transforms.iter().collect();
    rows.retain(|(_, row)| row.fixes + row.dropped + row.declined_count() > 0);
    rows.sort_by_key(|(id, row)| {
        (std::cmp::Reverse(row.fixes), std::cmp::Reverse(row.declined_count()), *id)
    });
    let most = rows.iter().map(|(_, row)| row.fixes + row.dropped + row.declined_count()).max().unwrap_or(1);
    if !rows.is_empty() {
        page.push_str(
            "<figure class=wide><figcaption>Candidates by transform<span class=legend><i class=kept></i>kept \
             <i class=dropped></i>dropped <i class=declined></i>declined</span></figcaption>\n<div class=bars>\n\
             <div class=\"row head\"><span></span><span></span><span>kept of found</span>\
             <span class=gain>measured speed</span></div>\n",
        );
        for (id, row) in &rows {
            transform_bar(&mut page, id, row, most);
        }
        page.push_str("</div></figure>\n");
    }
    let most = totals.speeds.values().copied().max().unwrap_or(0);
    if most > 0 {
        page.push_str(
            "<figure><figcaption>Kept fixes by measured speed</figcaption>\n<p class=note>Time before divided by time \
             after, in the measured example that is nearest, on the oldest Python of the project.</p>\n\
             <div class=columns>\n",
        );
        for bucket in SpeedBucket::ALL {
            let count = totals.speeds.get(&bucket).copied().unwrap_or(0);
            let class = if bucket <= SpeedBucket::NotFaster { "pale" } else { "" };
            let _ = writeln!(
                page,
                "<div class=column><b>{}</b><i class=\"{class}\" style=\"--share:{:.1}\"></i><span>{}</span></div>",
                grouped(count),
                share(count, most),
                bucket.label()
            );
        }
        page.push_str("</div></figure>\n");
    }
    page.push_str(&reasons(&rows));
    page.push_str("</section>\n");
    page
}

fn transform_bar(page: &mut String, id: &str, row: &TransformTotals, most: usize) {
    let declined = row.declined_count();
    let gain = match row.speed {
        Some((least, greatest)) if (greatest - least).abs() < 0.05 => format!("{least:.1}x"),
        Some((least, greatest)) => format!("{least:.1}x to {greatest:.1}x"),
        None => String::new(),
    };
    let _ = writeln!(
        page,
        "<div class=row title=\"{}\"><code>{}</code><div class=bar>{}{}{}</div>\
         <span class=count><b>{}</b> of {}</span><span class=gain>{gain}</span></div>",
        escaped(&row.summary),
        escaped(id),
        segment("kept", row.fixes, most),
        segment("dropped", row.dropped, most),
        segment("declined", declined, most),
        grouped(row.fixes),
        grouped(row.fixes + row.dropped + declined)
    );
}

fn segment(class: &str, count: usize, most: usize) -> String {
    if count == 0 {
        return String::new();
    }
    format!(
        "<i class={class} style=\"width:{:.2}%\" title=\"{} {class}\"></i>",
        share(count, most),
        grouped(count)
    )
}

/// The most frequent reasons for leaving candidates alone.
fn reasons(rows: &[(&String, &TransformTotals)]) -> String {
    let mut counts: std::collections::BTreeMap<&str, (usize, &str)> = std::collections::BTreeMap::new();
    for (_, row) in rows {
        for (id, declined) in &row.declined {
            let entry = counts.entry(id).or_insert((0, &declined.example));
            entry.0 += declined.count;
        }
    }
    let mut counts: Vec<(&str, (usize, &str))> = counts.into_iter().collect();
    counts.sort_by_key(|(id, (count, _))| (std::cmp::Reverse(*count), *id));
    let Some((_, (most, _))) = counts.first().copied() else { return String::new() };
    let mut page = String::from(
        "<figure><figcaption>Why candidates were declined</figcaption>\n<div class=\"bars reasons\">\n",
    );
    for (id, (count, example)) in counts.iter().take(8) {
        let _ = writeln!(
            page,
            "<div class=row><code>{}</code><div class=bar>{}</div><span class=count>{}</span>\
             <p class=example>such as: {}</p></div>",
            escaped(id),
            segment("declined", *count, most),
            grouped(*count),
            prose(example)
        );
    }
    page.push_str("</div></figure>\n");
    page
}

fn controls(totals: &Totals) -> String {
    let mut page = String::from(
        "<div class=controls><h2>Repositories</h2>\n<input type=search placeholder=\"Filter by name\" \
         aria-label=\"Filter by name\">\n<div class=switches>",
    );
    let kinds = [("migrated", totals.migrated), ("unchanged", totals.unchanged), ("failed", totals.failed)];
    for (kind, count) in kinds.into_iter().filter(|(_, count)| *count > 0) {
        let _ = write!(
            page,
            "<button type=button data-kind={kind} aria-pressed=true>{kind} <b>{}</b></button>",
            grouped(count)
        );
    }
    page.push_str("<button type=button data-unfold>unfold all</button></div></div>\n");
    page
}

/// A repository, of which there is none with more than `most` candidates.
fn repository(found: &Found, most: usize, room: &mut usize) -> String {
    let record = &found.record;
    let kind = match record.status {
        Status::Migrated => "migrated",
        Status::Unchanged => "unchanged",
        Status::Failed => "failed",
    };
    let mut page = format!(
        "<details class=\"repository {kind}\" data-kind={kind} data-name=\"{0}\">\n<summary>\
         <span class=pill>{kind}</span><span class=name>{0}</span>{1}</summary>\n<div class=body>\n",
        escaped(&record.name),
        figures(record, most)
    );
    if let Some(error) = &record.error {
        let _ = writeln!(page, "<p class=error>{}</p>", prose(error));
    }
    page.push_str(&facts(record));
    for note in &record.notes {
        let _ = writeln!(page, "<p class=remark>{}</p>", prose(note));
    }
    for step in &found.steps {
        page.push_str(&transform(step, room));
    }
    page.push_str("</div>\n</details>\n");
    page
}

fn figures(record: &RepositoryRecord, most: usize) -> String {
    let mut page = String::new();
    if let Some(error) = &record.error {
        let _ = write!(page, "<span class=why>{}</span>", prose(error));
    }
    let _ = write!(
        page,
        "<span class=\"bar mini\" aria-hidden=true>{}{}{}</span><span class=figures>",
        segment("kept", record.fixes, most),
        segment("dropped", record.dropped, most),
        segment("declined", record.declined, most)
    );
    let mut figure = |count: usize, label: &str, class: &str| {
        if count > 0 {
            let _ = write!(page, "<span class=\"{class}\"><b>{}</b> {label}</span>", grouped(count));
        }
    };
    figure(record.fixes, "kept", "good");
    figure(record.dropped, "dropped", "bad");
    figure(record.declined, "declined", "mute");
    figure(record.commits, "commits", "mute");
    page.push_str("</span>");
    page
}

fn facts(record: &RepositoryRecord) -> String {
    let mut page = String::from("<dl class=facts>\n");
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(page, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    };
    fact("Place", &format!("<code>{}</code>", escaped(&record.place)));
    if let (Some(branch), Some(tip)) = (&record.branch, &record.tip) {
        fact("Branch", &format!("<code>{}</code> at <code>{}</code>", escaped(branch), short(tip)));
    }
    if let Some(base) = &record.base {
        let from = record.base_branch.as_deref().unwrap_or("no branch");
        fact("From", &format!("{} at <code>{}</code>", escaped(from), short(base)));
    }
    if let Some(command) = &record.verify {
        fact("Verify", &format!("<code>{}</code>, {} runs", escaped(command), grouped(record.verify_runs)));
    }
    if let Some(baseline) = &record.baseline {
        let ending = match baseline.ending {
            Ending::Status(status) => format!("status {status}"),
            Ending::Signal(signal) => format!("signal {signal}"),
            Ending::TimedOut => "too slow".to_owned(),
        };
        let tests = match (baseline.passed, baseline.failed) {
            (Some(passed), Some(failed)) => {
                format!(", {} passed, {} failed", grouped(passed), grouped(failed))
            }
            _ => String::new(),
        };
        fact("Before any change", &format!("{ending}{tests}, {:.1} s", baseline.seconds));
    }
    page.push_str("</dl>\n");
    page
}

fn transform(step: &StepRecord, room: &mut usize) -> String {
    let account = &step.account;
    let is_empty = step.fixes.is_empty() && step.dropped.is_empty() && step.notes.is_empty();
    // What pyfix does not understand is the same for every transform; the document has it.
    if is_empty && *account == (Account { skipped: account.skipped.clone(), ..Account::default() }) {
        return String::new();
    }
    let declined: usize = step.account.declined.values().map(|row| row.count).sum();
    let mut page = format!(
        "<details class=step>\n<summary><code>{}</code><span class=figures>",
        escaped(&step.transform)
    );
    let counts = [
        (step.fixes.len(), "kept", "good"),
        (step.dropped.len(), "dropped", "bad"),
        (declined, "declined", "mute"),
    ];
    for (count, label, class) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        let _ = write!(page, "<span class={class}><b>{}</b> {label}</span>", grouped(count));
    }
    let commit =
        step.commit.as_deref().map_or_else(String::new, |id| format!("<code class=id>{}</code>", short(id)));
    let _ = write!(page, "</span>{commit}</summary>\n<div class=body>\n");
    for note in &step.notes {
        let _ = writeln!(page, "<p class=remark>{}</p>", prose(note));
    }
    if account.withheld > 0 {
        let fixes = amount(account.withheld, "fix rests", "fixes rest");
        let _ = writeln!(
            page,
            "<p class=remark>{fixes} on what pyfix cannot know, and would be made with <code>--unsafe-fixes</code></p>"
        );
    }
    if account.suppressed > 0 {
        let fixes = amount(account.suppressed, "fix is", "fixes are");
        let _ = writeln!(page, "<p class=remark>{fixes} suppressed by comments</p>");
    }
    for (file, message) in &step.account.failed {
        let _ = writeln!(page, "<p class=error><code>{}</code> {}</p>", escaped(file), prose(message));
    }
    step.dropped.iter().for_each(|fix| dropped(&mut page, fix));
    for diff in &step.diffs {
        file_diff(&mut page, diff, &step.fixes, room);
    }
    if !step.account.declined.is_empty() {
        declines(&mut page, step);
    }
    page.push_str("</div>\n</details>\n");
    page
}

fn dropped(page: &mut String, fix: &DroppedFix) {
    let place = escaped(&format!("{}:{}", fix.file, fix.line));
    let Some(failure) = &fix.failure else {
        let _ = writeln!(
            page,
            "<p class=lost><b>dropped</b> <code>{place}</code> {}: {}</p>",
            prose(&fix.message),
            fix.why.sentence()
        );
        return;
    };
    let _ = write!(
        page,
        "<details class=lost><summary><b>dropped</b> <code>{place}</code> {}: {}</summary>\n<pre>{}</pre></details>\n",
        prose(&fix.message),
        escaped(&failure.summary),
        escaped(&failure.output)
    );
}

fn declines(page: &mut String, step: &StepRecord) {
    let total: usize = step.account.declined.values().map(|row| row.count).sum();
    let _ = write!(
        page,
        "<details class=declines><summary>{} declined</summary>\n<table>\n",
        amount(total, "candidate", "candidates")
    );
    let mut rows: Vec<_> = step.account.declined.iter().collect();
    rows.sort_by_key(|(id, row)| (std::cmp::Reverse(row.count), *id));
    for (id, row) in rows {
        let places: Vec<String> =
            row.places.iter().map(|place| format!("<code>{}</code>", escaped(place))).collect();
        let more = if row.count > row.places.len() { ", ..." } else { "" };
        let advice = match row.advice.as_str() {
            "" => String::new(),
            advice => format!("<br>To allow: {}", prose(advice)),
        };
        let _ = writeln!(
            page,
            "<tr><td class=number>{}</td><td><b>{}</b><br>{}<br><span class=places>{}{more}{advice}</span></td></tr>",
            grouped(row.count),
            escaped(id),
            prose(&row.sentence),
            places.join(", ")
        );
    }
    page.push_str("</table></details>\n");
}

fn file_diff(page: &mut String, diff: &FileDiff, fixes: &[FixLine], room: &mut usize) {
    let here: Vec<&FixLine> = fixes.iter().filter(|fix| fix.file == diff.file).collect();
    let mut gains: Vec<&str> = here.iter().filter_map(|fix| fix.gain.as_deref()).collect();
    gains.sort_unstable();
    gains.dedup();
    let gains = if gains.len() > 2 { String::new() } else { gains.join(", ") };
    let _ = writeln!(
        page,
        "<details class=file><summary><code>{}</code><span class=figures><span>{}</span><span class=mute>{}</span>\
         </span></summary>",
        escaped(&diff.file),
        amount(here.len(), "fix", "fixes"),
        escaped(&gains)
    );
    for fix in here.iter().filter(|fix| !fix.assumptions.is_empty()) {
        let sentences = prose(&fix.assumptions.join("; "));
        let _ = writeln!(page, "<p class=remark>line {} takes on trust: {sentences}</p>", fix.line);
    }
    if diff.hunks.len() > LONGEST_DIFF || diff.hunks.len() > *room {
        page.push_str("<p class=remark>The diff is long; the commit has it.</p></details>\n");
        return;
    }
    *room -= diff.hunks.len();
    page.push_str("<pre class=diff>");
    for line in diff.hunks.split_terminator('\n') {
        diff_line(page, line.trim_end_matches('\r'));
    }
    page.push_str("</pre></details>\n");
}

fn diff_line(page: &mut String, line: &str) {
    let (class, code) = match line.chars().next() {
        Some('+') => ("add", line.get(1..)),
        Some('-') => ("del", line.get(1..)),
        Some(' ') => ("same", line.get(1..)),
        _ => ("hunk", None),
    };
    let _ = write!(page, "<span class={class}>");
    match code {
        Some(code) => paint_python(code, page),
        None => escape(line, page),
    }
    page.push_str("\n</span>");
}

/// `count` of `most`, in percent.
fn share(count: usize, most: usize) -> f64 {
    // Counts of fixes are far from where this loses digits.
    100.0 * f64::from(u32::try_from(count).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(most.max(1)).unwrap_or(1))
}

/// Such as `1 fix` or `1,024 fixes`.
fn amount(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// `count` with its digits in groups of three.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The day of a time in seconds since 1970, and the time of day, in UTC: the civil calendar from a count of days, as
/// Howard Hinnant's `chrono`-compatible algorithms have it.
fn date(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (seconds / 3_600 % 24, seconds / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_calendars_do() {
        assert_eq!(date(0), "1970-01-01 00:00 UTC");
        assert_eq!(date(951_782_400), "2000-02-29 00:00 UTC");
        assert_eq!(date(1_795_438_442), "2026-11-23 12:54 UTC");
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_diff_is_painted_and_escaped() {
        let mut page = String::new();
        diff_line(&mut page, "+    x = '<b>'");
        assert_eq!(page, "<span class=add>    x = <i class=s>&#39;&lt;b&gt;&#39;</i>\n</span>");
    }
}
