/* SPDX-License-Identifier: MIT
 *
 * Recognises the format of a file by its first bytes.
 */
#include "image_format.h"

#include <stdbool.h>
#include <string.h>

#include "image_reader.h"

struct signature {
    const char *format;
    size_t offset;
    const char *bytes;
    size_t length;
};

/* clang-format off */
#define SIGNATURE(format, offset, bytes) {format, offset, bytes, sizeof bytes - 1}
/* clang-format on */

static const struct signature SIGNATURES[] = {
    SIGNATURE("jpeg", 0, "\xff\xd8\xff"),
    SIGNATURE("png", 0, "\x89PNG\r\n\x1a\n"),
    SIGNATURE("gif", 0, "GIF87a"),
    SIGNATURE("gif", 0, "GIF89a"),
    SIGNATURE("bmp", 0, "BM"),
    SIGNATURE("jpegxl", 0, "\xff\x0a"), /* codestream */
    SIGNATURE("jpegxl", 0, "\0\0\0\x0cJXL \r\n\x87\n"),
    SIGNATURE("jpeg2000", 0, "\0\0\0\x0cjP  \r\n\x87\n"),
    SIGNATURE("jpeg2000", 0, "\0\0\0\x0cjP\x1a\x1a\r\n\x87\n"), /* early writers */
    SIGNATURE("jpeg2000", 0, "\xff\x4f\xff\x51"),               /* codestream */
    SIGNATURE("raw", 8, "CR\x02"),                              /* Canon, inside TIFF */
    SIGNATURE("raw", 0, "IIU\0"),                               /* Panasonic */
    SIGNATURE("raw", 0, "IIRO"),                                /* Olympus */
    SIGNATURE("raw", 0, "IIRS"),
    SIGNATURE("raw", 0, "FUJIFILMCCD-RAW"),
    SIGNATURE("jpegxr", 0, "II\xbc\x01"),
    SIGNATURE("psd", 0, "8BPS"),
    SIGNATURE("ico", 0, "\0\0\x01\0"),
    SIGNATURE("appledouble", 0, "\0\x05\x16\x07"),
    SIGNATURE("zip", 0, "PK\x03\x04"),
    SIGNATURE("gzip", 0, "\x1f\x8b\x08"),
    SIGNATURE("video", 0, "\x1a\x45\xdf\xa3"), /* Matroska, WebM */
};

static bool starts(const uint8_t *head, size_t length, size_t offset, const void *bytes, size_t count)
{
    return length >= offset && length - offset >= count && memcmp(head + offset, bytes, count) == 0;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Returns whether the bytes begin with a text, given in lower case, ignoring case. */
static bool starts_text(const uint8_t *head, size_t length, const char *text)
{
    size_t count = strlen(text);
    if (length < count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (lower(head[i]) != (uint8_t)text[i])
            return false;
    return true;
}

static bool holds(const uint8_t *head, size_t length, const char *text)
{
    size_t count = strlen(text);
    for (size_t i = 0; i + count <= length; i++)
        if (memcmp(head + i, text, count) == 0)
            return true;
    return false;
}

/* The first box of an ISO/IEC 14496-12 file lists a major brand and compatible ones. */
static const char *by_brands(const uint8_t *head, size_t length)
{
    static const struct {
        const char *brand, *format;
    } BRANDS[] = {
        {"avif", "avif"}, {"avis", "avif"}, {"heic", "heic"},   {"heix", "heic"},     {"heim", "heic"},     {"heis", "heic"},
        {"hevc", "heic"}, {"hevx", "heic"}, {"hevm", "heic"},   {"hevs", "heic"},     {"mif1", "heif"},     {"mif2", "heif"},
        {"msf1", "heif"}, {"miaf", "heif"}, {"jxl ", "jpegxl"}, {"jp2 ", "jpeg2000"}, {"jpx ", "jpeg2000"}, {"crx ", "raw"},
    };
    uint64_t box = idocr_big32(head);
    size_t end = box > 16 && box < length ? (size_t)box : length;
    for (size_t i = 0; i < sizeof BRANDS / sizeof BRANDS[0]; i++)
        for (size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) /* the word after the major brand is a version */
            if (memcmp(head + at, BRANDS[i].brand, 4) == 0)
                return BRANDS[i].format;
    return "video";
}

/* Returns whether the first directory of a TIFF file has the tag DNGVersion. */
static const char *tiff_or_dng(const uint8_t *head, size_t length)
{
    bool little = head[0] == 'I';
    uint32_t directory = length < 8 ? 0 : little ? idocr_little32(head + 4) : idocr_big32(head + 4);
    if (directory < 8 || directory > length - 2)
        return "tiff";
    unsigned entries = little ? idocr_little16(head + directory) : idocr_big16(head + directory);
    for (size_t i = 0, at = directory + 2; i < entries && at + 12 <= length; i++, at += 12)
        if ((little ? idocr_little16(head + at) : idocr_big16(head + at)) == 0xc612)
            return "dng";
    return "tiff";
}

static bool is_tiff(const uint8_t *head, size_t length)
{
    return starts(head, length, 0, "II*\0", 4) || starts(head, length, 0, "MM\0*", 4) || starts(head, length, 0, "II+\0", 4) ||
           starts(head, length, 0, "MM\0+", 4);
}

/* The first characters of the base64 text of a picture, by format. */
static const char *const BASE64_HEADS[] = {
    "/9j/",     "iVBORw0KGgo", "R0lGOD", "JVBERi", "UklGR", "Qk",  "SUkq",   "TU0AK",
    "AAAADGpQ", "AAAADEpYT",   "/wo",    "/0//UQ", "_9j_",  "_wo", "_0__UQ",
};

static bool is_base64_character(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '-' ||
           c == '_' || c == '=';
}

#define LEAST_BASE64 64       /* characters; no picture is shorter */
#define LEAST_BASE64_WIDTH 60 /* characters between two blanks that stand for line breaks */

static bool is_base64(const uint8_t *head, size_t length)
{
    if (length < LEAST_BASE64)
        return false;
    bool known = starts(head, length, 0, "AAAA", 4) && starts(head, length, 6, "Z0eXB", 5); /* a box "ftyp" */
    for (size_t i = 0; !known && i < sizeof BASE64_HEADS / sizeof BASE64_HEADS[0]; i++)
        known = starts(head, length, 0, BASE64_HEADS[i], strlen(BASE64_HEADS[i]));
    for (size_t i = 0, width = 0; known && i < length; i++) {
        bool line_break = head[i] == '\r' || head[i] == '\n';
        if (line_break || ((head[i] == ' ' || head[i] == '\t') && (width == 0 || width >= LEAST_BASE64_WIDTH))) {
            width = 0;
        } else {
            known = is_base64_character(head[i]);
            width++;
        }
    }
    return known;
}

static const char *text_format(const uint8_t *head, size_t length)
{
    if (starts(head, length, 0, "\xef\xbb\xbf", 3)) { /* byte order mark */
        head += 3;
        length -= 3;
    }
    while (length > 0 && (*head == ' ' || *head == '\t' || *head == '\r' || *head == '\n')) {
        head++;
        length--;
    }
    if (starts_text(head, length, "data:") || starts_text(head, length, "base64,") ||
        (starts_text(head, length, "image/") && holds(head, length, "base64,")))
        return "data_url";
    if (is_base64(head, length))
        return "base64";
    if (starts_text(head, length, "<!doctype html") || starts_text(head, length, "<html") || starts_text(head, length, "<head"))
        return "html";
    if (starts_text(head, length, "<svg") || (length > 0 && *head == '<' && holds(head, length, "<svg")))
        return "svg";
    return NULL;
}

const char *idocr_image_format(const uint8_t *head, size_t length)
{
    if (length > IDOCR_IMAGE_HEAD)
        length = IDOCR_IMAGE_HEAD;
    for (size_t i = 0; i < sizeof SIGNATURES / sizeof SIGNATURES[0]; i++)
        if (starts(head, length, SIGNATURES[i].offset, SIGNATURES[i].bytes, SIGNATURES[i].length) &&
            (SIGNATURES[i].offset == 0 || is_tiff(head, length)))
            return SIGNATURES[i].format;
    if (is_tiff(head, length))
        return tiff_or_dng(head, length);
    if (starts(head, length, 4, "ftyp", 4) && length >= 12)
        return by_brands(head, length);
    if (starts(head, length, 0, "RIFF", 4))
        return starts(head, length, 8, "WEBP", 4) ? "webp" : starts(head, length, 8, "AVI ", 4) ? "video" : NULL;
    /* ISO 32000-1, annex H: the signature may stand anywhere in the first 1024 bytes. */
    if (holds(head, length, "%PDF-"))
        return "pdf";
    return text_format(head, length);
}
