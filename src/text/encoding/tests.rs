//! Odd headers compared with Python, and edits of files in several encodings.

use std::fmt::Write as _;

use super::*;
use crate::text::testing::ask_python;

fn read(bytes: &[u8]) -> Decoded {
    decode(bytes.to_vec()).unwrap()
}

fn fails(bytes: &[u8]) -> DecodeError {
    decode(bytes.to_vec()).unwrap_err()
}

fn edit(start: usize, end: usize, new: &str) -> (Range, String) {
    (Range::new(start as u32, end as u32), new.to_owned())
}

/// What stands before a statement in a file. `\u{feff}` is the byte order mark, `ÿ` the byte 0xFF.
const HEADERS: &[&str] = &[
    "",
    "\u{feff}",
    "\n",
    "# coding: latin-1\n",
    "# coding: latin-1\r\n",
    "# coding: latin-1\r",
    "#coding=cp1252\n",
    "#coding =cp1252\n",
    "# coding:cp1252 \n",
    "# coding:\tcp1252\n",
    "# -*- coding: iso-8859-15 -*-\n",
    "# -*- mode: python; coding: Latin-1-unix; -*-\n",
    "# vim: set fileencoding=cp1251 :\n",
    "# vim:fileencoding=utf_8\n",
    "\x0c# coding: latin-1\n",
    " \t\x0c # coding: latin-1\n",
    "\x0b# coding: latin-1\n",
    "#!/usr/bin/python\n# coding: cp1250\n",
    "#!/usr/bin/python\r\n# coding: cp1250\r\n",
    "\n# coding: cp1250\n",
    " \t\x0c\n# coding: cp1250\n",
    "\n\n# coding: nonsense\n",
    "# one\n# two\n# coding: nonsense\n",
    "pass\n# coding: nonsense\n",
    "pass # coding: nonsense\n",
    "\\\n# coding: nonsense\n",
    "'''\n# coding: nonsense\n'''\n",
    "''' # coding: nonsense\n'''\n",
    "# coding: nonsense\n",
    "# a\n# coding: nonsense\n",
    "# a\r# coding: nonsense\r",
    "#a\r\r#coding: nonsense\n",
    "# coding: latin-1\n# coding: nonsense\n",
    "# coding: \n# coding: cp1252\n",
    "# coding: ?\n# coding: cp1252\n",
    "# no coding here, coding: cp1252\n",
    "# coding: cp1252 coding: nonsense\n",
    "# encoding: koi8-r\n",
    "# Coding: nonsense\n",
    "# coding: UTF-8\n",
    "# coding: utf8\n",
    "# coding: u8\n",
    "# coding: utf-8-sig\n",
    "# coding: utf_8_sig\n",
    "# coding: utf8_sig\n",
    "# coding: utf-8-nonsense\n",
    "# coding: latin-1-nonsense\n",
    "# coding: latin_1_nonsense\n",
    "# coding: iso-8859-1-nonsense\n",
    "# coding: iso-latin-1-nonsense\n",
    "# coding: iso-latin-12\n",
    "# coding: iso8859.1\n",
    "# coding: latin.1\n",
    "# coding: -latin--1-\n",
    "# coding: l1\n",
    "# coding: windows.1252\n",
    "# coding: cp-1252\n",
    "# coding: ascii\n",
    "# coding: us-ascii\n",
    "# coding: hex\n",
    "# coding: rot13\n",
    "# coding: cp1252ÿ\n",
    "# ÿ coding: cp1252\n",
    "# ÿ\n# coding: cp1252\n",
    "\u{feff}# coding: utf-8\n",
    "\u{feff}# coding: UTF_8\n",
    "\u{feff}# coding: utf-8-sig\n",
    "\u{feff}# coding: utf8\n",
    "\u{feff}# coding: latin-1\n",
    "\u{feff}# coding: ascii\n",
    "\u{feff}# coding: nonsense\n",
    "\u{feff}\n# coding: nonsense\n",
    "\u{feff}\n# coding: utf-8\n",
    "\0",
    "# \0\n",
];

/// Prints a line for each source that standard input has in hexadecimal: the code points of the string
/// `x` once the source was run, or `refused`; then what `tokenize` takes the encoding for, or `refused`.
const RUN_ALL: &str = r"
import codecs, io, sys, tokenize
for line in sys.stdin.read().split():
    source = bytes.fromhex(line)
    try:
        names = {}
        exec(compile(source, 'source', 'exec'), names)
        value = '.'.join('%x' % ord(c) for c in names['x'])
    except (SyntaxError, ValueError):
        value = 'refused'
    try:
        name = codecs.lookup(tokenize.detect_encoding(io.BytesIO(source).readline)[0]).name
    except SyntaxError:
        name = 'refused'
    print(value, name)
";

/// Bytes that are something else in each of the encodings above, or nothing.
const BODY: &[u8] = b"x = '\xc3\xa9'\n";
const ASCII_BODY: &[u8] = b"x = 'e'\n";

#[test]
fn headers_are_read_as_python_reads_them() {
    let sources: Vec<Vec<u8>> = HEADERS
        .iter()
        .flat_map(|header| [BODY, ASCII_BODY].map(|body| [&header_bytes(header), body].concat()))
        .collect();
    let mut input = String::new();
    for source in &sources {
        for byte in source {
            write!(input, "{byte:02x}").unwrap();
        }
        input.push('\n');
    }
    let Some(answer) = ask_python(RUN_ALL, &input) else { return };
    assert_eq!(answer.lines().count(), sources.len());
    for (source, line) in sources.iter().zip(answer.lines()) {
        let shown = source.escape_ascii();
        let (value, tokenize) = line.split_once(' ').unwrap();
        let ours = decode(source.clone());
        let our_value = ours.as_ref().map_or("refused".to_owned(), |decoded| string_in(decoded.text()));
        // \v is no blank for the search, but no character of a statement either.
        if !source.starts_with(b"\x0b") {
            assert_eq!(our_value, value, "{shown}: {ours:?}");
        }
        // `tokenize` refuses comments that are not UTF-8 and does not end a line at a lone \r; what is run
        // above does neither.
        if let Ok(decoded) = &ours
            && source.iter().all(|&byte| byte != b'\r' && byte != 0xff)
        {
            let name = if decoded.encoding().has_bom() { "utf-8-sig" } else { decoded.encoding().name() };
            assert_eq!(name, tokenize, "{shown}");
        }
    }
}

fn header_bytes(header: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for c in header.chars() {
        match c {
            'ÿ' => bytes.push(0xff),
            c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

fn string_in(text: &str) -> String {
    let start = text.find("x = '").unwrap() + "x = '".len();
    let string = text[start..].split('\'').next().unwrap();
    string.chars().map(|c| format!("{:x}", c as u32)).collect::<Vec<_>>().join(".")
}

#[test]
fn codecs_that_are_no_superset_of_ascii_or_keep_state_are_not_read() {
    for name in ["utf-7", "utf-16", "utf-32", "iso-2022-jp", "hz", "cp037", "punycode", "unicode_escape"] {
        let source = format!("# coding: {name}\n");
        assert_eq!(fails(source.as_bytes()), DecodeError::UnknownEncoding(name.to_owned()));
    }
}

#[test]
fn errors_say_where_and_what_to_do() {
    let error = fails(b"a\r\nb\nc = '\xff'\n");
    assert_eq!(error, DecodeError::Undecodable { encoding: "utf-8", offset: 10, line: 3 });
    assert_eq!(
        error.to_string(),
        "byte 10 (line 3) is not valid utf-8; correct it, or the coding comment in the first two lines"
    );
    // A surrogate, an overlong form, a character cut off at the end of the file.
    // And one in a comment: `compile` lets that pass, `python3 FILE` does not.
    for (bytes, offset) in
        [(&b"ab\xed\xa0\x80"[..], 2), (b"\xc0\x80", 0), (b"abc\xe2\x82", 3), (b"# coding: \xff", 10)]
    {
        assert_eq!(fails(bytes), DecodeError::Undecodable { encoding: "utf-8", offset, line: 1 });
    }
    assert_eq!(
        fails(b"\xef\xbb\xbf\n\xff"),
        DecodeError::Undecodable { encoding: "utf-8", offset: 4, line: 2 }
    );
    let error = fails(b"# coding: cp1252\n\xe9 \x81");
    assert_eq!(error, DecodeError::Undecodable { encoding: "cp1252", offset: 19, line: 2 });
    let error = fails(b"# coding: ascii\n\n\xe9");
    assert_eq!(error, DecodeError::Undecodable { encoding: "ascii", offset: 17, line: 3 });
    let error = fails(b"# coding: sjis\n\x83\x5c\x83");
    assert_eq!(error, DecodeError::Undecodable { encoding: "shift_jis", offset: 17, line: 2 });
    assert_eq!(fails(b"x\0"), DecodeError::Binary { offset: 1 });
    assert_eq!(
        fails(b"\xef\xbb\xbf# coding: latin-1\n"),
        DecodeError::BomCookieConflict("latin-1".to_owned())
    );
    assert!(fails(b"# coding: foo\n").to_string().contains("`foo`"));
}

#[test]
fn the_byte_order_mark_is_kept_exactly_once() {
    let file = "\u{feff}a = 1\nb = 'é'\n".as_bytes();
    let decoded = read(file);
    assert!(decoded.encoding().has_bom());
    assert_eq!(decoded.encoding().name(), "utf-8");
    assert_eq!(decoded.text(), "a = 1\nb = 'é'\n");
    assert_eq!(decoded.bytes(), file);
    assert_eq!(decoded.to_file_offset(0), 3);
    assert_eq!(decoded.to_file_offset(1_000), file.len() as u32);
    let output = decoded.encode_edited(&[edit(0, 0, "import re\n")]).unwrap();
    assert_eq!(output, "\u{feff}import re\na = 1\nb = 'é'\n".as_bytes());
    assert_eq!(decoded.encode_edited(&[]).unwrap(), file);
    // A second mark is a character of the text, and stays where it is.
    let doubled = "\u{feff}\u{feff}a".as_bytes();
    assert_eq!(read(doubled).text(), "\u{feff}a");
    assert_eq!(read(doubled).encode_edited(&[edit(3, 4, "b")]).unwrap(), "\u{feff}\u{feff}b".as_bytes());
    let unmarked = read(b"a");
    let expected = EncodeError::Unrepresentable { encoding: "utf-8" };
    assert_eq!(unmarked.encode_edited(&[edit(0, 0, "\u{feff}")]).unwrap_err(), expected);
}

/// An encoding, and the bytes and the text of three words in it.
type Words<'a> = (&'a str, [&'a [u8]; 3], [&'a str; 3]);

/// The second byte of `ソ` and `表` in Shift JIS, and of `乗` in GBK and `許` in Big5, is that of a backslash.
const FILES: &[Words] = &[
    ("latin-1", [b"\xe9t\xe9", b"\x80\xff", b"\xa0"], ["été", "\u{80}ÿ", "\u{a0}"]),
    ("cp1252", [b"\x93x\x94", b"\x80", b"\xe9"], ["“x”", "€", "é"]),
    ("cp437", [b"\x80\x81", b"\xe1", b"\xff"], ["Çü", "ß", "\u{a0}"]),
    ("koi8-u", [b"\xa6", b"\xae", b"\xc1\xc2"], ["і", "╝", "аб"]),
    ("euc-jp", [b"\xc6\xfc\xcb\xdc", b"\x8e\xb1\xa1\xc1", b"\x8f\xb0\xa1"], ["日本", "ｱ〜", "丂"]),
    ("shift_jis", [b"\x83\x5c\x95\x5c", b"\xb1\x81\x60", b"\\\x8f\x5c"], ["ソ表", "ｱ〜", "\\十"]),
    ("cp932", [b"\x83\x5c\x95\x5c", b"\x87\x40", b"\xfa\x54"], ["ソ表", "①", "￢"]),
    ("gbk", [b"\xd6\xd0\xce\xc4", b"\x81\x5c", b"\xfe\x4f"], ["中文", "乗", "﨩"]),
    ("gb18030", [b"\xd6\xd0\x81\x30\x84\x36", b"\x90\x30\x81\x30", b"a"], ["中¥", "\u{10000}", "a"]),
    ("big5", [b"\xa4\xa4\xa4\xe5", b"\xb3\x5c", b"\xa2\x44"], ["中文", "許", "¥"]),
    ("euc-kr", [b"\xc7\xd1\xb1\xdb", b"\xa4\xa1", b"a"], ["한글", "ㄱ", "a"]),
    ("utf-8", ["é日".as_bytes(), "\u{10000}".as_bytes(), b"a"], ["é日", "\u{10000}", "a"]),
];

#[test]
fn what_is_not_edited_comes_back_byte_for_byte() {
    for newline in ["\n", "\r\n"] {
        for (name, bytes, words) in FILES {
            let header = format!("# coding: {name}{newline}").into_bytes();
            let nl = newline.as_bytes();
            let file = [
                header.as_slice(),
                b"a = '",
                bytes[0],
                b"'",
                nl,
                b"b='",
                bytes[1],
                b"'#",
                bytes[2],
                nl,
                b"c",
            ]
            .concat();
            let decoded = read(&file);
            let text = format!(
                "# coding: {name}{newline}a = '{}'{newline}b='{}'#{}{newline}c",
                words[0], words[1], words[2]
            );
            assert_eq!(decoded.text(), text);
            assert_eq!(decoded.bytes(), file, "{name}");
            assert_eq!(decoded.encode_edited(&[]).unwrap(), file, "{name}");

            // Before, between and after the characters, and in place of the first ones.
            let (a, b, end) = (text.find("a =").unwrap(), text.find("b=").unwrap(), text.len());
            let word = a + 5..a + 5 + words[0].len();
            let edits = [
                edit(a, a + 1, "first"),
                edit(word.start, word.end, words[1]),
                edit(b, b, "x = 1; "),
                edit(end - 1, end, ""),
            ];
            let edited = decoded.encode_edited(&edits).unwrap();
            let expected = [
                header.as_slice(),
                b"first = '",
                bytes[1],
                b"'",
                nl,
                b"x = 1; b='",
                bytes[1],
                b"'#",
                bytes[2],
                nl,
            ];
            assert_eq!(edited, expected.concat(), "{name}");
        }
    }
}

#[test]
fn every_character_has_the_offset_that_the_bytes_before_it_take() {
    for (name, bytes, _) in FILES {
        let header = format!("# coding: {name}\n").into_bytes();
        let file =
            [header.as_slice(), b"'", bytes[0], b"' ", bytes[1], bytes[2], b"\r\n", bytes[1], bytes[0]]
                .concat();
        let decoded = read(&file);
        let ends = decoded.text().char_indices().map(|(at, c)| at + c.len_utf8());
        // A file cut off inside its coding comment would be read otherwise.
        for at in ends.filter(|&at| at >= header.len()) {
            let offset = decoded.to_file_offset(at as u32);
            let before = read(&file[..offset as usize]);
            assert_eq!(before.text(), &decoded.text()[..at], "{name} {at}");
        }
        assert_eq!(decoded.to_file_offset(u32::MAX), file.len() as u32);
    }
}

#[test]
fn runs_of_equal_characters_take_one_row_of_the_offset_map() {
    let file = [b"# coding: euc-jp\n'", b"\xc6\xfc".repeat(1_000).as_slice(), b"'\n"].concat();
    let decoded = read(&file);
    let Content::Recoded { offsets, .. } = &decoded.content else { panic!("not UTF-8") };
    assert_eq!(offsets.runs.len(), 3);
    assert_eq!(decoded.to_file_offset(18 + 3 * 999), 18 + 2 * 999);
}

#[test]
fn a_text_in_ascii_is_its_own_file() {
    let decoded = read(b"# coding: euc-jp\npass\n");
    assert!(matches!(decoded.content, Content::Utf8(_)));
    let expected = EncodeError::Unrepresentable { encoding: "euc_jp" };
    assert_eq!(decoded.encode_edited(&[edit(17, 17, "é€")]).unwrap_err(), expected);
    let output = decoded.encode_edited(&[edit(17, 21, "日")]).unwrap();
    assert_eq!(output, b"# coding: euc-jp\n\xc6\xfc\n");
}

#[test]
fn what_the_codec_cannot_write_is_refused() {
    for (name, new) in
        [("latin-1", "€"), ("ascii", "é"), ("cp1252", "\u{81}"), ("shift_jis", "①"), ("cp437", "€")]
    {
        let decoded = decode(format!("# coding: {name}\n").into_bytes()).unwrap();
        let at = decoded.text().len();
        let error = decoded.encode_edited(&[edit(at, at, new)]).unwrap_err();
        assert!(matches!(error, EncodeError::Unrepresentable { .. }), "{name}: {error}");
    }
    let error = read(b"a").encode_edited(&[edit(0, 0, "\0")]).unwrap_err();
    assert_eq!(error, EncodeError::Unrepresentable { encoding: "utf-8" });
}

#[test]
fn edits_that_change_the_encoding_are_refused() {
    let changed = |encoding| EncodeError::EncodingChanged { encoding };
    // Two lines before the comment, the comment gone, another name, a new comment.
    let second_line = read(b"\n# coding: latin-1\nx = '\xe9'\n");
    assert!(second_line.encode_edited(&[edit(0, 0, "import re\n")]).is_err());
    let pure = read(b"\n# coding: latin-1\nx = 1\n");
    assert_eq!(pure.encode_edited(&[edit(0, 0, "import re\n")]), Err(changed("iso8859-1")));
    assert_eq!(pure.encode_edited(&[edit(1, 18, "")]), Err(changed("iso8859-1")));
    assert_eq!(pure.encode_edited(&[edit(11, 18, "cp1252")]), Err(changed("iso8859-1")));
    assert_eq!(pure.encode_edited(&[edit(11, 18, "foo")]), Err(changed("iso8859-1")));
    assert_eq!(read(b"x").encode_edited(&[edit(0, 0, "# coding: latin-1\n")]), Err(changed("utf-8")));
    assert!(read(b"x").encode_edited(&[edit(0, 0, "# coding: utf-8\n")]).is_ok());
}

#[test]
fn ranges_that_are_none_are_refused() {
    let decoded = read("aé\n".as_bytes());
    for edits in [
        vec![edit(0, 2, "")],
        vec![edit(2, 3, "")],
        vec![edit(4, 5, "")],
        vec![edit(9, 9, "")],
        vec![edit(1, 3, "x"), edit(0, 1, "y")],
        vec![edit(0, 3, "x"), edit(1, 3, "y")],
    ] {
        let error = decoded.encode_edited(&edits).unwrap_err();
        assert!(matches!(error, EncodeError::InvalidEdit(_)), "{edits:?}: {error}");
    }
    // Neighbours do not overlap.
    let output = decoded.encode_edited(&[edit(0, 1, "x"), edit(1, 1, "y"), edit(1, 3, "z")]).unwrap();
    assert_eq!(output, b"xyz\n");
}

#[test]
fn an_empty_file_is_a_text() {
    let decoded = read(b"");
    assert_eq!((decoded.text(), decoded.to_file_offset(0)), ("", 0));
    assert_eq!(read(b"\xef\xbb\xbf").text(), "");
    assert_eq!(read(b"\xef\xbb\xbf").encode_edited(&[edit(0, 0, "a")]).unwrap(), b"\xef\xbb\xbfa");
}
