"""The sentences of ``absah doctor``, in English and Indonesian, by the code of the finding."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    "python": ("the version of Python", "versi Python"),
    "no-rsync": (
        "is not installed: publish can write folders and bundles only",
        "belum terpasang: publish hanya bisa ke folder dan bundel",
    ),
    "network-share": (
        "lies on a network share ({kind}); the store would be damaged there",
        "berada di folder jaringan ({kind}); penyimpanan dapat rusak di sana",
    ),
    "disk-full": (
        "only {mib} MiB are free on its disk",
        "ruang disk tersisa hanya {mib} MiB",
    ),
    "no-backup": (
        "is in no verified backup: absah backup FILE",
        "belum ada dalam cadangan yang teruji: absah backup BERKAS",
    ),
    "no-build": ("nothing was built yet", "belum ada yang dibangun"),
    "unconfirmed": (
        "was not read back at its public address yet: absah confirm",
        "belum dibaca ulang di alamat publiknya: absah confirm",
    ),
    "open-mode": (
        "others can read it (mode {mode})",
        "dapat dibaca orang lain (mode {mode})",
    ),
    "one-machine": (
        "private keys lie here: keep this machine off the network and post from another one",
        "kunci privat ada di sini: jauhkan komputer ini dari jaringan, unggah dari komputer lain",
    ),
    "note-ahead": (
        "is issued more than a day after this clock: one of the clocks is wrong",
        "bertanggal lebih dari sehari setelah jam ini: salah satu jam keliru",
    ),
    "note-stale": (
        "counts as stale in {days} days: build and publish",
        "dianggap usang dalam {days} hari: build dan publish",
    ),
    "trust-expires": (
        "expires in {days} days: plan the ceremony",
        "kedaluwarsa dalam {days} hari: rencanakan upacara kunci",
    ),
    "key-ends": (
        "signs for {days} days more: prepare its successor",
        "dapat menandatangani {days} hari lagi: siapkan penggantinya",
    ),
    "root-never": (
        "has signed no trust document yet",
        "belum pernah menandatangani dokumen kepercayaan",
    ),
    "root-silent": (
        "has not signed for {days} days: ask its holder whether the key is still there",
        "tidak menandatangani selama {days} hari: tanyakan kepada pemegangnya",
    ),
    "unreachable": ("cannot be read: {why}", "tidak dapat dibaca: {why}"),
    "bad-site": ("is not as signed: {why}", "tidak sesuai tanda tangan: {why}"),
    "tls-ends": (
        "its TLS certificate ends in {days} days: renew it",
        "sertifikat TLS-nya habis dalam {days} hari: perbarui",
    ),
    "tls-refused": (
        "no browser takes its TLS certificate: {why}",
        "sertifikat TLS-nya ditolak peramban: {why}",
    ),
    "tls-unseen": (
        "its TLS certificate could not be looked at: {why}",
        "sertifikat TLS-nya tidak dapat dilihat: {why}",
    ),
    "stale-cache": (
        "a cache serves build {old}, the host has build {new}",
        "tembolok menyajikan build {old}, hosting punya build {new}",
    ),
    "header": (
        "the header {name} is {found}, not {wanted}",
        "header {name} berisi {found}, bukan {wanted}",
    ),
    "type": ("is served as {found}, not {wanted}", "disajikan sebagai {found}, bukan {wanted}"),
    "rewritten": (
        "has other bytes than were built: something on the way rewrites it",
        "isinya berbeda dari hasil build: ada yang mengubahnya di jalan",
    ),
    "missing": ("is missing", "tidak ada"),
    "length": ("has {found} bytes, not {wanted}", "berukuran {found} byte, bukan {wanted}"),
    "answers-all": (
        "a path that does not exist is answered with status {status}, not 404",
        "jalur yang tidak ada dijawab dengan status {status}, bukan 404",
    ),
    "not-packed": (
        "is sent without compression",
        "dikirim tanpa kompresi",
    ),
}
