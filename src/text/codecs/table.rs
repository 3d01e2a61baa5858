//! Data only: which codecs there are, what Python calls them, and where they part from the web's.
//!
//! Names and aliases are those of Python 2.7 to 3.13, sequences those on which all of these agree.

use encoding_rs::{
    BIG5_INIT, EUC_JP_INIT, EUC_KR_INIT, GB18030_INIT, GBK_INIT, IBM866_INIT, ISO_8859_2_INIT,
    ISO_8859_3_INIT, ISO_8859_4_INIT, ISO_8859_5_INIT, ISO_8859_6_INIT, ISO_8859_7_INIT, ISO_8859_8_INIT,
    ISO_8859_10_INIT, ISO_8859_13_INIT, ISO_8859_14_INIT, ISO_8859_15_INIT, ISO_8859_16_INIT, KOI8_R_INIT,
    KOI8_U_INIT, MACINTOSH_INIT, SHIFT_JIS_INIT, WINDOWS_874_INIT, WINDOWS_1250_INIT, WINDOWS_1251_INIT,
    WINDOWS_1252_INIT, WINDOWS_1253_INIT, WINDOWS_1254_INIT, WINDOWS_1255_INIT, WINDOWS_1256_INIT,
    WINDOWS_1257_INIT, WINDOWS_1258_INIT, X_MAC_CYRILLIC_INIT,
};

use super::{Codec, Kind, by_hand, web};

pub(in crate::text) static UTF_8: Codec =
    by_hand("utf-8", &["cp65001", "u8", "utf", "utf8", "utf8_ucs2", "utf8_ucs4"], Kind::Utf8);

pub(super) static ASCII: Codec = by_hand(
    "ascii",
    &[
        "646",
        "ansi_x3.4_1968",
        "ansi_x3.4_1986",
        "ansi_x3_4_1968",
        "cp367",
        "csascii",
        "ibm367",
        "iso646_us",
        "iso_646.irv_1991",
        "iso_ir_6",
        "us",
        "us_ascii",
    ],
    Kind::Ascii,
);

pub(super) static LATIN_1: Codec = by_hand(
    "iso8859-1",
    &[
        "8859",
        "cp819",
        "csisolatin1",
        "ibm819",
        "iso8859",
        "iso8859_1",
        "iso_8859_1",
        "iso_8859_1_1987",
        "iso_ir_100",
        "l1",
        "latin",
        "latin1",
    ],
    Kind::Latin1,
);

/// Every codec but the three above.
pub(super) static LEGACY: [Codec; 43] = [
    web("big5", &["big5_tw", "csbig5", "x_mac_trad_chinese"], &BIG5_INIT)
        .refusing(&[0x8740..=0xa0fe, 0xa3c0..=0xa3e1, 0xc6a1..=0xc8fe, 0xf9d6..=0xfefe])
        .patched(&[
            (0xa145, '•'),
            (0xa14e, '､'),
            (0xa1c2, '‾'),
            (0xa1e3, '∼'),
            (0xa1f2, '♁'),
            (0xa1f3, '☉'),
            (0xa241, '／'),
            (0xa242, '＼'),
            (0xa244, '¥'),
            (0xa246, '¢'),
            (0xa247, '£'),
        ]),
    web("cp866", &["866", "csibm866", "ibm866"], &IBM866_INIT),
    web("cp874", &[], &WINDOWS_874_INIT).refusing(&[0x81..=0x84, 0x86..=0x90, 0x98..=0x9f]),
    web("cp932", &["932", "ms932", "ms_kanji", "mskanji", "windows_31j"], &SHIFT_JIS_INIT),
    web("cp949", &["949", "ms949", "uhc"], &EUC_KR_INIT),
    web("cp950", &["950", "ms950"], &BIG5_INIT).refusing(&[
        0x8740..=0xa0fe,
        0xa3c0..=0xa3e0,
        0xc6a1..=0xc8fe,
        0xf9fe..=0xfefe,
    ]),
    web("cp1250", &["1250", "windows_1250"], &WINDOWS_1250_INIT).refusing(&[
        0x81..=0x81,
        0x83..=0x83,
        0x88..=0x88,
        0x90..=0x90,
        0x98..=0x98,
    ]),
    web("cp1251", &["1251", "windows_1251"], &WINDOWS_1251_INIT).refusing(&[0x98..=0x98]),
    web("cp1252", &["1252", "windows_1252"], &WINDOWS_1252_INIT).refusing(&[
        0x81..=0x81,
        0x8d..=0x8d,
        0x8f..=0x90,
        0x9d..=0x9d,
    ]),
    web("cp1253", &["1253", "windows_1253"], &WINDOWS_1253_INIT).refusing(&[
        0x81..=0x81,
        0x88..=0x88,
        0x8a..=0x8a,
        0x8c..=0x90,
        0x98..=0x98,
        0x9a..=0x9a,
        0x9c..=0x9f,
    ]),
    web("cp1254", &["1254", "windows_1254"], &WINDOWS_1254_INIT).refusing(&[
        0x81..=0x81,
        0x8d..=0x90,
        0x9d..=0x9e,
    ]),
    web("cp1255", &["1255", "windows_1255"], &WINDOWS_1255_INIT).refusing(&[
        0x81..=0x81,
        0x8a..=0x8a,
        0x8c..=0x90,
        0x9a..=0x9a,
        0x9c..=0x9f,
        0xca..=0xca,
    ]),
    web("cp1256", &["1256", "windows_1256"], &WINDOWS_1256_INIT),
    web("cp1257", &["1257", "windows_1257"], &WINDOWS_1257_INIT).refusing(&[
        0x81..=0x81,
        0x83..=0x83,
        0x88..=0x88,
        0x8a..=0x8a,
        0x8c..=0x8c,
        0x90..=0x90,
        0x98..=0x98,
        0x9a..=0x9a,
        0x9c..=0x9c,
        0x9f..=0x9f,
    ]),
    web("cp1258", &["1258", "windows_1258"], &WINDOWS_1258_INIT).refusing(&[
        0x81..=0x81,
        0x8a..=0x8a,
        0x8d..=0x90,
        0x9a..=0x9a,
        0x9d..=0x9e,
    ]),
    web("euc_jp", &["eucjp", "u_jis", "ujis"], &EUC_JP_INIT)
        .refusing(&[0xada1..=0xadfc, 0xf9a1..=0xfcfe, 0x8f_a2b7..=0x8f_a2b7])
        .patched(&[
            (0xa1c1, '〜'),
            (0xa1c2, '‖'),
            (0xa1dd, '−'),
            (0xa1f1, '¢'),
            (0xa1f2, '£'),
            (0xa2cc, '¬'),
        ]),
    web(
        "euc_kr",
        &[
            "euckr",
            "korean",
            "ks_c_5601",
            "ks_c_5601_1987",
            "ks_x_1001",
            "ksc5601",
            "ksx1001",
            "x_mac_korean",
        ],
        &EUC_KR_INIT,
    )
    .with_trail_from(0xa1)
    .refusing(&[0x81a1..=0xa0fe, 0xa4d4..=0xa4d4]),
    web(
        "gb2312",
        &[
            "chinese",
            "csiso58gb231280",
            "euc_cn",
            "euccn",
            "eucgb2312_cn",
            "gb2312_1980",
            "gb2312_80",
            "iso_ir_58",
            "x_mac_simp_chinese",
        ],
        &GBK_INIT,
    )
    .with_trail_from(0xa1)
    .refusing(&[
        0x80..=0x80,
        0x81a1..=0xa0fe,
        0xa2a1..=0xa2b0,
        0xa2e3..=0xa2e4,
        0xa2ef..=0xa2f0,
        0xa2fd..=0xa2fe,
        0xa4f4..=0xa4fe,
        0xa5f7..=0xa5fe,
        0xa6b9..=0xa6c0,
        0xa6d9..=0xa6fe,
        0xa7c2..=0xa7d0,
        0xa7f2..=0xa7fe,
        0xa8bb..=0xa8c4,
        0xa8ea..=0xa9a3,
        0xa9f0..=0xaffe,
        0xd7fa..=0xd7fe,
        0xf8a1..=0xfefe,
        0x8130_8130..=0xfe39_fe39,
    ])
    .patched(&[(0xa1a4, '・'), (0xa1aa, '―')]),
    web("gb18030", &["gb18030_2000"], &GB18030_INIT).refusing(&[
        0x80..=0x80,
        0xa3a0..=0xa3a0,
        0xa6d9..=0xa6df,
        0xa6ec..=0xa6ed,
        0xa6f3..=0xa6f3,
        0xa8bc..=0xa8bc,
        0xfe59..=0xfe59,
        0xfe61..=0xfe61,
        0xfe66..=0xfe67,
        0xfe6d..=0xfe6d,
        0xfe7e..=0xfe7e,
        0xfe90..=0xfe90,
        0xfea0..=0xfea0,
        0x8135_f437..=0x8135_f437,
    ]),
    web("gbk", &["936", "cp936", "ms936"], &GBK_INIT).refusing(&[
        0x80..=0x80,
        0xa140..=0xa1a0,
        0xa240..=0xa2a0,
        0xa2ab..=0xa2b0,
        0xa2e3..=0xa2e4,
        0xa2ef..=0xa2f0,
        0xa2fd..=0xa3a0,
        0xa440..=0xa4a0,
        0xa4f4..=0xa5a0,
        0xa5f7..=0xa6a0,
        0xa6b9..=0xa6c0,
        0xa6d9..=0xa6df,
        0xa6ec..=0xa6ed,
        0xa6f3..=0xa6f3,
        0xa6f6..=0xa7a0,
        0xa7c2..=0xa7d0,
        0xa7f2..=0xa7fe,
        0xa896..=0xa8a0,
        0xa8bc..=0xa8bc,
        0xa8bf..=0xa8bf,
        0xa8c1..=0xa8c4,
        0xa8ea..=0xa8fe,
        0xa958..=0xa958,
        0xa95b..=0xa95b,
        0xa95d..=0xa95f,
        0xa989..=0xa995,
        0xa997..=0xa9a3,
        0xa9f0..=0xa9fe,
        0xaaa1..=0xaafe,
        0xaba1..=0xabfe,
        0xaca1..=0xacfe,
        0xada1..=0xadfe,
        0xaea1..=0xaefe,
        0xafa1..=0xaffe,
        0xd7fa..=0xd7fe,
        0xf8a1..=0xf8fe,
        0xf9a1..=0xf9fe,
        0xfaa1..=0xfafe,
        0xfba1..=0xfbfe,
        0xfca1..=0xfcfe,
        0xfda1..=0xfdfe,
        0xfe50..=0xfefe,
        0x8130_8130..=0xfe39_fe39,
    ]),
    web(
        "iso8859-2",
        &["csisolatin2", "iso_8859_2", "iso_8859_2_1987", "iso_ir_101", "l2", "latin2"],
        &ISO_8859_2_INIT,
    ),
    web(
        "iso8859-3",
        &["csisolatin3", "iso_8859_3", "iso_8859_3_1988", "iso_ir_109", "l3", "latin3"],
        &ISO_8859_3_INIT,
    ),
    web(
        "iso8859-4",
        &["csisolatin4", "iso_8859_4", "iso_8859_4_1988", "iso_ir_110", "l4", "latin4"],
        &ISO_8859_4_INIT,
    ),
    web(
        "iso8859-5",
        &["csisolatincyrillic", "cyrillic", "iso_8859_5", "iso_8859_5_1988", "iso_ir_144"],
        &ISO_8859_5_INIT,
    ),
    web(
        "iso8859-6",
        &[
            "arabic",
            "asmo_708",
            "csisolatinarabic",
            "ecma_114",
            "iso_8859_6",
            "iso_8859_6_1987",
            "iso_ir_127",
        ],
        &ISO_8859_6_INIT,
    ),
    web(
        "iso8859-7",
        &[
            "csisolatingreek",
            "ecma_118",
            "elot_928",
            "greek",
            "greek8",
            "iso_8859_7",
            "iso_8859_7_1987",
            "iso_ir_126",
        ],
        &ISO_8859_7_INIT,
    ),
    web(
        "iso8859-8",
        &["csisolatinhebrew", "hebrew", "iso_8859_8", "iso_8859_8_1988", "iso_ir_138"],
        &ISO_8859_8_INIT,
    ),
    web(
        "iso8859-9",
        &["csisolatin5", "iso_8859_9", "iso_8859_9_1989", "iso_ir_148", "l5", "latin5"],
        &WINDOWS_1254_INIT,
    )
    .refusing(&[0x80..=0x80, 0x82..=0x8c, 0x91..=0x9c, 0x9f..=0x9f]),
    web(
        "iso8859-10",
        &["csisolatin6", "iso_8859_10", "iso_8859_10_1992", "iso_ir_157", "l6", "latin6"],
        &ISO_8859_10_INIT,
    ),
    web("iso8859-11", &["iso_8859_11", "iso_8859_11_2001", "thai"], &WINDOWS_874_INIT).refusing(&[
        0x80..=0x80,
        0x85..=0x85,
        0x91..=0x97,
    ]),
    web("iso8859-13", &["iso_8859_13", "l7", "latin7"], &ISO_8859_13_INIT),
    web(
        "iso8859-14",
        &["iso_8859_14", "iso_8859_14_1998", "iso_celtic", "iso_ir_199", "l8", "latin8"],
        &ISO_8859_14_INIT,
    ),
    web("iso8859-15", &["iso_8859_15", "l9", "latin9"], &ISO_8859_15_INIT),
    web(
        "iso8859-16",
        &["iso_8859_16", "iso_8859_16_2001", "iso_ir_226", "l10", "latin10"],
        &ISO_8859_16_INIT,
    ),
    web("koi8-r", &["cskoi8r"], &KOI8_R_INIT),
    web("koi8-u", &[], &KOI8_U_INIT).patched(&[(0xae, '╝'), (0xbe, '╬')]),
    web("mac-cyrillic", &["maccyrillic"], &X_MAC_CYRILLIC_INIT),
    web("mac-roman", &["macintosh", "macroman"], &MACINTOSH_INIT),
    web("shift_jis", &["csshiftjis", "s_jis", "shiftjis", "sjis", "x_mac_japanese"], &SHIFT_JIS_INIT)
        .refusing(&[0x80..=0x80, 0x8740..=0x879c, 0xed40..=0xfc4b])
        .patched(&[
            (0x8160, '〜'),
            (0x8161, '‖'),
            (0x817c, '−'),
            (0x8191, '¢'),
            (0x8192, '£'),
            (0x81ca, '¬'),
        ]),
    web(
        "tis-620",
        &["iso_ir_166", "tis620", "tis_620_0", "tis_620_2529_0", "tis_620_2529_1"],
        &WINDOWS_874_INIT,
    )
    .refusing(&[0x80..=0x80, 0x85..=0x85, 0x91..=0x97, 0xa0..=0xa0]),
    by_hand(
        "cp437",
        &["437", "cspc8codepage437", "ibm437"],
        Kind::Upper(
            "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
        └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\
        \u{a0}",
        ),
    ),
    by_hand(
        "cp850",
        &["850", "cspc850multilingual", "ibm850"],
        Kind::Upper(
            "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
        └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·\
        ¹³²■\u{a0}",
        ),
    ),
    by_hand(
        "cp852",
        &["852", "cspcp852", "ibm852"],
        Kind::Upper(
            "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
        └┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙\
        űŘř■\u{a0}",
        ),
    ),
];
