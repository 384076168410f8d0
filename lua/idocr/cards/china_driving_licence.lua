--- Chinese driving licences, printed or electronic, read by DriverLicenseOCR.

local parts = require "idocr.cards.parts.tencent"

local DATE = { "YYYY-MM-DD" }

return {
  title = "Chinese driving licence",
  country = "CHN",

  params = {
    side = {
      type = "string", values = { front = "FRONT", back = "BACK", both = "DOUBLE" },
      help = "the page shown: front (if not given), back; both: the service detects it, also two pages in one picture",
    },
  },

  services = {
    {
      provider = "tencent",
      action = "DriverLicenseOCR",
      sites = { cn = true },
      rate = 10,
      pictures = parts.EITHER_SIDE,
      formats = parts.JPEG_PNG_BMP,
      max_base64 = parts.MAX_BASE64,
      inputs = { { wire = "CardSide", type = "string", param = "side", values = { "FRONT", "BACK", "DOUBLE" } } },

      outputs = {
        { wire = "DriverLicenseType", field = "document_type", as = "text" },
        { wire = "CardCode", field = "number", as = "text" },
        { wire = "BackPageCardCode", field = "number", as = "text" },
        { wire = "Name", field = "name", as = "text" },
        { wire = "BackPageName", field = "name", as = "text" },
        { wire = "Sex", field = "sex", as = "sex" },
        { wire = "Nationality", field = "nationality", as = "text" },
        { wire = "Address", field = "address", as = "text" },
        { wire = "DateOfBirth", field = "birth_date", as = "date", formats = DATE },
        { wire = "DateOfFirstIssue", field = "first_issue_date", as = "date", formats = DATE },
        { wire = "Class", field = "licence_classes", as = "text" },
        { wire = "StartDate", field = "valid_from", as = "date", formats = DATE },
        { wire = "EndDate", field = "expiry_date", as = "date", formats = DATE }, -- also 6年, from `valid_from`
        { wire = "EndDate", field = "long_term", as = "open_end", formats = { "长期", "至长期" } },
        { wire = "ArchivesCode", field = "file_number", as = "text" },
        { wire = "Record", field = "remarks", as = "text" },
        { wire = "IssuingAuthority", field = "issuing_authority", as = "text" },
        { wire = "State", field = "licence_status", as = "text" }, -- of the electronic licence, like the next one
        { wire = "CumulativeScore", field = "penalty_points", as = "text" },
      },

      -- two parallel lists; the numbers have other meanings than elsewhere
      warnings = {
        RecognizeWarnCode = {
          [-9102] = "photocopy", [-9103] = "recaptured", [-9104] = "glare", [-9105] = "blurry", [-9106] = "incomplete",
        },
        RecognizeWarnMsg = {
          WARN_DRIVER_LICENSE_COPY_CARD = "photocopy", WARN_DRIVER_LICENSE_SCREENED_CARD = "recaptured",
          WARN_DRIVER_LICENSE_REFLECTION = "glare", WARN_DRIVER_LICENSE_BLUR = "blurry",
          WARN_DRIVER_LICENSE_BORDER_INCOMPLETE = "incomplete",
        },
      },
      refusal = "FailedOperation.NoDriverLicenseError",
    },
  },

  show = {
    "document_type", "number", "name", "sex", "nationality", "address", "birth_date", "first_issue_date", "licence_classes", "valid_from",
    "expiry_date", "long_term", "issuing_authority", "file_number", "remarks", "licence_status", "penalty_points",
  },
}
