--- Pages of Chinese household registers (hukou), read by ResidenceBookletOCR, one page a call. Most members are empty on most pages.

local parts = require "idocr.cards.parts.tencent"

local DATE = { "YYYY年MM月DD日" }

return {
  title = "Chinese household register",
  country = "CHN",

  services = {
    {
      provider = "tencent",
      action = "ResidenceBookletOCR",
      sites = { cn = true },
      rate = 5,
      pictures = parts.FRONT,
      formats = parts.JPEG_PNG,
      max_base64 = parts.MAX_BASE64,
      outputs = {
        { wire = "IdCardNumber", field = "number", as = "text" },
        { wire = "Name", field = "name", as = "text" },
        { wire = "FormerName", field = "former_name", as = "text" },
        { wire = "Relationship", field = "relationship", as = "text" }, -- to the householder
        { wire = "Sex", field = "sex", as = "sex" },
        { wire = "BirthDate", field = "birth_date", as = "date", formats = DATE },
        { wire = "BirthPlace", field = "birth_place", as = "text" },
        { wire = "Nation", field = "ethnicity", as = "text" },
        { wire = "NativePlace", field = "native_place", as = "text" }, -- of the ancestors
        { wire = "ReligiousBelief", field = "religion", as = "text" },
        { wire = "Height", field = "height", as = "centimetres" }, -- the unit is not documented
        { wire = "BloodType", field = "blood_type", as = "text" },
        { wire = "EducationDegree", field = "education", as = "text" },
        { wire = "MaritalStatus", field = "marital_status", as = "text" },
        { wire = "VeteranStatus", field = "military_service", as = "text" },
        { wire = "ServicePlace", field = "workplace", as = "text" },
        { wire = "Profession", field = "occupation", as = "text" },
        { wire = "HouseholdNumber", field = "household_number", as = "text" },
        { wire = "Household", field = "household_type", as = "text" },
        { wire = "HouseholderName", field = "householder_name", as = "text" },
        { wire = "Address", field = "address", as = "text" },
        { wire = "OtherAddresses", field = "other_address", as = "text" },
        { wire = "MoveToCityInformation", field = "moved_to_city", as = "text" },
        { wire = "MoveToSiteInformation", field = "moved_to_address", as = "text" },
        { wire = "HomePageNumber", field = "page_number", as = "text" },
        { wire = "Signature", field = "registrar", as = "text" },
        { wire = "RegistrationDate", field = "registration_date", as = "date", formats = DATE },
        { wire = "IssueDate", field = "issue_date", as = "date", formats = DATE },
      },
      refusal = "FailedOperation.ImageNoText",
    },
  },
}
