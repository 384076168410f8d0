// Error messages of the upload page, by error code or else by category.
"use strict";
const BY_CODE = {
  PictureMissing: "Choose a picture first.",
  PictureEmpty: "This file is empty. Choose another one.",
  PictureTruncated: "This file is incomplete: part of the picture is missing. Save or download it again, then choose it again.",
  PictureUnreadable: "This file cannot be opened as a picture. Choose another one, or take the photo again.",
  PictureChanged: "The file changed while it was being sent. Choose it again.",
  PictureTooLarge: "This picture is too large. Choose a smaller one, or take the photo with a lower resolution.",
  PictureTooSmall: "This picture is too small. Move nearer to the document, or take the photo with a higher resolution.",
  StillProcessing: "The recognition service is still reading this picture. Wait some minutes before you try again.",
  BadForm: "The upload did not arrive in one piece. Load this page again and try once more.",
  BadParams: "One of the options does not fit this document. Load this page again and try once more.",
  UnsupportedParam: "One of the chosen options is not available for this document. Switch it off and try again.",
  UnknownKind: "This kind of document cannot be read here.",
  ForeignPage: "This page was opened under an address that is not set up for it. Ask the people who run it for the right address.",
  GatewayBroken: "Something is not set up right here. Please tell the people who run this page.",
  "FailedOperation.ImageBlur": "The picture is too blurry. Hold the camera still, nearer to the document, and take it again.",
  "FailedOperation.IdCardTooSmall": "The document is too small in the picture. Move nearer, so that it fills most of the picture.",
  "FailedOperation.MultiCardError": "There is more than one document in the picture. Take a picture of one at a time.",
  "FailedOperation.CardSideError": "This is the other side of the document. Turn it over, or choose another picture.",
  "FailedOperation.IdCardInfoIllegal": "What is printed on the document cannot be right, or was misread. Take a sharper picture.",
  "FailedOperation.PDFParseFailed": "This PDF cannot be opened. Use a photo instead.",
};
const NO_DOCUMENT = new Set(["FailedOperation.NoPassport", "FailedOperation.NoMASIDCard", "FailedOperation.ImageNoIdCard",
  "FailedOperation.ImageNoSpecifiedCard", "FailedOperation.NoHKIDCard", "FailedOperation.NotAppointCard",
  "FailedOperation.NoDriverLicenseError", "FAIL"]);
const TOO_LARGE = new Set(["FailedOperation.ImageSizeTooLarge", "LimitExceeded.TooLargeFileError", "IMAGE_INVALID_SIZE",
  "InvalidParameterValue.InvalidFileContentSize"]);
const BY_CATEGORY = {
  image: "This file cannot be read as a picture. Choose another one, or take the photo again.",
  unsupported: "This cannot be read here.",
  credentials: "The recognition service does not accept this page at the moment. Please tell the people who run it.",
  throttled: "Many people are using this right now. Wait a moment and try again.",
  timeout: "The recognition service took too long. Try again in a moment.",
  connect: "The recognition service cannot be reached. Try again in a moment.",
  tls: "The recognition service cannot be reached safely. Please tell the people who run this page.",
  network: "The connection to the recognition service broke. Try again in a moment.",
  http: "The recognition service is not available. Try again in a moment.",
  protocol: "The recognition service sent an answer that makes no sense. Try again in a moment.",
  service: "The recognition service could not read this picture. Make sure that the whole document is in it, sharp and well lit, and try again.",
  closed: "The page is being restarted. Try again in a moment.",
};
const FORMAT_NAMES = [["image/jpeg", "JPEG"], ["image/png", "PNG"], ["application/pdf", "PDF"], ["image/bmp", "BMP"],
  ["image/webp", "WebP"], ["image/heic", "HEIC"], ["image/avif", "AVIF"]];

const listed = (names) => names.length < 2 ? names.join("") : names.slice(0, -1).join(", ") + " or " + names[names.length - 1];

// Returns the formats that a kind accepts: "JPEG, PNG or PDF".
function formatsOf(kind) {
  return listed(FORMAT_NAMES.filter(([type]) => (kind.accept || "").includes(type)).map(([, name]) => name));
}

function sentenceFor(error, kind, file) {
  if (NO_DOCUMENT.has(error.code)) {
    const title = kind.title.includes(" ") ? kind.title : kind.title.toLowerCase(); // most titles begin with the name of a country
    return "No " + title + " was found in this picture. Check what you chose above, and that the whole document is in the picture.";
  }
  if (error.code === "PictureFormat" || error.code === "FitNotBuilt" || error.code === "IMAGE_INVALID_FORMAT") {
    const formats = error.code === "FitNotBuilt" ? "JPEG or PNG" : formatsOf(kind); // such a gateway cannot convert the others
    const phone = /\.hei[cf]$/i.test(file.name) || /\bHEI[CF]\b/.test(error.message) // the file name may have another extension
      ? " iPhones save such files: take a screenshot of the photo, or set Camera > Formats to Most Compatible." : "";
    return "This kind of file cannot be read here." + (formats ? " Use a " + formats + " file." : " Use an ordinary photo.") + phone;
  }
  if (TOO_LARGE.has(error.code)) return BY_CODE.PictureTooLarge;
  return BY_CODE[error.code] || BY_CATEGORY[error.category] || "Something went wrong. Try again in a moment.";
}
