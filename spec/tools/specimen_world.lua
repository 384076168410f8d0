-- Data of the invented people on the specimens that one painter draws. A row is { label, printed text, field, value of the field };
-- without a value the field is the printed text. `also` has fields that are not printed.

-- Completes a number: replaces each "?" by the check character that makes it valid.
local function complete(check, number)
  local parse = require("idocr.checks.numbers").get(check).parse
  local function try(text)
    if not text:find("?", 1, true) then
      local found = parse(text)
      return found and found.valid and text or nil
    end
    for character in ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"):gmatch(".") do
      local found = try((text:gsub("%?", character, 1)))
      if found then return found end
    end
  end
  return try(number) or error("no check character for " .. number)
end

local GREEN, BLUE, ROSE, SAND, GREY, LILAC = { "#e2f0e6", "#c3dfd2", "#0e4a38" }, { "#d9e9f6", "#b7d3e6", "#1c4678" },
  { "#f6e4e6", "#e6cdd2", "#6e1f2f" }, { "#f6efe0", "#e8dcc4", "#5a4520" }, { "#eef3f7", "#d6e2ea", "#27414f" },
  { "#ece6f5", "#d5cae8", "#3f2f66" }

local CPF = "000.000.001-91"
local HONG_KONG = complete("hong_kong_id", "Z000000(?)")

local china = {
  temporary = complete("china_id", "11000019920229000?"), permit = complete("china_residence_permit", "81000019870815001?"),
  permanent = complete("china_permanent_residence", "91184019850304000?"), driver = complete("china_id", "11000019880705001?"),
  register = complete("china_id", "11000019931120002?"),
}

local kinds = {}

kinds.hong_kong_id = {
  title = "香港永久性居民身份證 樣本 HONG KONG IDENTITY CARD", colours = GREEN, face = "chen",
  { "姓名 Name", "樂永晴  LOK, Wing Ching", "name", "LOK, Wing Ching" }, { "", "2867 3057 2532", "name_telecode" },
  { "出生日期 Date of Birth", "03-06-1985", "birth_date", "1985-06-03" }, { "性別 Sex", "女 F", "sex", "F" },
  { "Symbols", "***AZ", "symbol" }, { "首次簽發 First issue", "(06-03)", "first_issue_date", "2003-06" },
  { "簽發日期 Date of Issue", "26-11-18", "issue_date", "2018-11-26" }, { "", HONG_KONG, "number" },
  also = { native_name = "樂永晴", resident_type = "permanent", window_text = "Z000000", card_version = "2018" },
  twin = true,
}

kinds.singapore_id = {
  title = "REPUBLIC OF SPECIMEN · IDENTITY CARD", colours = ROSE, face = "devi",
  { "IDENTITY CARD NO.", complete("singapore_id", "T0000000?"), "number" }, { "Name", "SPECIMEN MEI LING", "name" },
  { "", "样美玲", "native_name" }, { "Race", "CHINESE", "ethnicity" }, { "Sex", "F", "sex" },
  { "Date of birth", "01-02-2000", "birth_date", "2000-02-01" }, { "Country/Place of birth", "SINGAPORE", "birth_country" },
}
kinds.singapore_id_back = {
  title = "REPUBLIC OF SPECIMEN · IDENTITY CARD", colours = ROSE,
  { "NRIC No.", complete("singapore_id", "T0000000?"), "back_number" },
  { "Date of issue", "01-03-2015", "issue_date", "2015-03-01" },
  { "Address", "BLK 1 SPECIMEN STREET 99 #00-00", "address" }, { "", "SINGAPORE 000000", "postal_code", "000000" },
}

kinds.thailand_id = {
  title = "บัตรประจำตัวประชาชน ตัวอย่าง  Thai National ID Card SPECIMEN", colours = BLUE, face = "somchai",
  { "เลขประจำตัวประชาชน", complete("thailand_id", "1 0000 00000 00 ?"), "number", complete("thailand_id", "100000000000?") },
  { "ชื่อตัวและชื่อสกุล", "นาย ตัวอย่าง สมมุติ", "native_name" }, { "Name", "Mr. Tuayang", "given_name" },
  { "Last name", "Sommut", "surname" }, { "Date of Birth", "5 Nov. 1990", "birth_date", "1990-11-05" },
  { "ศาสนา", "พุทธ", "religion" }, { "ที่อยู่", "1 หมู่ที่ 0 ต.ตัวอย่าง อ.สมมุติ จ.นิรนาม", "address" },
  { "Date of Issue", "9 Dec. 2022", "issue_date", "2022-12-09" }, { "Date of Expiry", "8 Nov. 2031", "expiry_date", "2031-11-08" },
  { "", "0000-00-00000000", "serial_number" },
  also = { name = "Mr. Tuayang Sommut", card_count = 1, complete = true, document_type = "Thai National ID Card" },
}
kinds.thailand_id_back = {
  title = "ตัวอย่าง SPECIMEN", colours = BLUE, { "", "JT0-0000000-00", "back_number" },
}

kinds.thailand_pink_card = {
  title = "บัตรประจำตัวคนซึ่งไม่มีสัญชาติไทย ตัวอย่าง SPECIMEN", colours = ROSE, face = "malee",
  { "เลขประจำตัว", complete("thailand_id", "0 0000 00000 01 ?"), "number", complete("thailand_id", "000000000001?") },
  { "ชื่อ", "ตัวอย่าง", "native_name" }, { "ชื่อสกุล", "สมมุติ", "native_surname" }, { "Name", "TUAYANG SOMMUT", "name" },
  { "เกิดวันที่", "12 มี.ค. 2533", "birth_date", "1990-03-12" }, { "สัญชาติ", "สมมุติ(UTOPIAN)", "nationality" },
  { "ที่อยู่", "0 หมู่ที่ 0 ต.ตัวอย่าง จ.นิรนาม", "address" }, { "วันออกบัตร", "1 มิ.ย. 2565", "issue_date", "2022-06-01" },
  { "วันหมดอายุ", "31 พ.ค. 2575", "expiry_date", "2032-05-31" }, { "", "กรมตัวอย่าง", "issuing_authority" },
  { "", "0000-0000", "serial_number" }, { "", "REF-000000", "reference_number" },
}

kinds.thailand_driving_licence = {
  title = "ใบอนุญาตขับรถ ตัวอย่าง  Driving License SPECIMEN", colours = SAND, face = "somchai",
  { "ฉบับที่ No.", "60000000", "number" }, { "Name", "MR. TUAYANG SOMMUT", "name" },
  { "ชื่อ", "นาย ตัวอย่าง สมมุติ", "native_name" },
  { "Birth Date", "5 Nov 1990", "birth_date", "1990-11-05" },
  { "เลขประจำตัวประชาชน ID No.", complete("thailand_id", "1 0000 00000 00 ?"), "personal_number", complete("thailand_id",
    "100000000000?") },
  { "Issue Date", "10 Jan 2023", "issue_date", "2023-01-10" }, { "Expiry Date", "5 Nov 2032", "expiry_date", "2032-11-05" },
  also = { document_type = "Driving License" },
}

kinds.indonesia_id = {
  title = "PROVINSI DKI JAKARTA · KARTU TANDA PENDUDUK · SPECIMEN", colours = BLUE, face = "malee",
  { "NIK", "3174014403909999", "number" }, { "Nama", "SARI SPECIMEN", "name" },
  { "Tempat/Tgl Lahir", "JAKARTA, 04-03-1990", "birth_date", "1990-03-04" }, { "Jenis Kelamin", "PEREMPUAN", "sex", "F" },
  { "Gol. Darah", "O", "blood_type" }, { "Alamat", "JL. CONTOH NO. 1", "address" }, { "RT/RW", "001/002", "neighbourhood" },
  { "Kel/Desa", "CONTOH", "village" }, { "Kecamatan", "REKAAN", "district" }, { "Agama", "ISLAM", "religion" },
  { "Status Perkawinan", "BELUM KAWIN", "marital_status" }, { "Pekerjaan", "KARYAWAN SWASTA", "occupation" },
  { "Kewarganegaraan", "WNI", "nationality" }, { "Berlaku Hingga", "SEUMUR HIDUP", "long_term", true },
  { "Tanggal", "05-03-2017", "issue_date", "2017-03-05" },
  also = { birth_place = "JAKARTA", state = "DKI JAKARTA", city = "JAKARTA SELATAN", neighbourhood_rt = "001",
    neighbourhood_rw = "002" },
}

kinds.philippines_driving_licence = {
  title = "DRIVER'S LICENSE · SPECIMEN · NON-PROFESSIONAL", colours = SAND, face = "maria",
  { "Last Name, First Name, Middle Name", "SPECIMEN, MARIA, HALIMBAWA", "name" }, { "Nationality", "PHL", "nationality" },
  { "Sex", "F", "sex" }, { "Date of Birth", "1991/05/12", "birth_date", "1991-05-12" },
  { "Address", "UNIT 0, HALIMBAWA STREET, UTOPIA CITY", "address" }, { "License No.", "X00-00-000000", "number" },
  { "Expiration Date", "2033/05/12", "expiry_date", "2033-05-12" }, { "Agency Code", "X00", "agency_code" },
  also = { surname = "SPECIMEN", given_name = "MARIA", middle_name = "HALIMBAWA" },
}
kinds.philippines_voter_id = {
  title = "VOTER'S IDENTIFICATION CARD · SPECIMEN", colours = GREY, face = "jose",
  { "VIN", "0000-0000A-A0190XXX00000-0", "number" }, { "LAST NAME", "SPECIMEN", "surname" }, { "FIRST NAME", "JOSE", "given_name" },
  { "MIDDLE NAME", "HALIMBAWA", "middle_name" }, { "DATE OF BIRTH", "JANUARY 01, 1990", "birth_date", "1990-01-01" },
  { "CIVIL STATUS", "SINGLE", "marital_status" }, { "CITIZENSHIP", "FILIPINO", "nationality" },
  { "ADDRESS", "0 HALIMBAWA ST., UTOPIA CITY", "address" }, { "PRECINCT NO.", "0000A", "precinct" },
  also = { name = "JOSE HALIMBAWA SPECIMEN" },
}
kinds.philippines_tin_id = {
  title = "BUREAU OF SPECIMENS · TAXPAYER IDENTIFICATION", colours = SAND, face = "maria",
  { "TIN", "000-000-000-000", "number" }, { "NAME", "SPECIMEN, MARIA HALIMBAWA", "name" },
  { "ADDRESS", "UNIT 0 HALIMBAWA STREET, UTOPIA CITY", "address" }, { "BIRTH DATE", "05/12/1991", "birth_date", "1991-05-12" },
  { "ISSUE DATE", "09/04/2019", "issue_date", "2019-09-04" },
}
kinds.philippines_sss_id = {
  title = "SOCIAL SECURITY SYSTEM · SPECIMEN", colours = BLUE, face = "jose",
  { "SS NUMBER", "00-0000000-0", "number" }, { "NAME", "JOSE HALIMBAWA SPECIMEN", "name" },
  { "DATE OF BIRTH", "JANUARY 1,1990", "birth_date", "1990-01-01" },
}
kinds.philippines_umid = {
  title = "UNIFIED MULTI-PURPOSE ID · SPECIMEN", colours = LILAC, face = "maria",
  { "CRN", "0000-0000000-0", "number" }, { "SURNAME", "SPECIMEN", "surname" }, { "GIVEN NAME", "MARIA", "given_name" },
  { "MIDDLE NAME", "HALIMBAWA", "middle_name" }, { "SEX", "F", "sex" },
  { "DATE OF BIRTH", "1991/05/12", "birth_date", "1991-05-12" },
  { "ADDRESS", "UNIT 0 HALIMBAWA STREET, UTOPIA CITY", "address" }, also = { name = "MARIA HALIMBAWA SPECIMEN" },
}

kinds.brazil_id = {
  title = "CARTEIRA DE IDENTIDADE · ESPÉCIME · SPECIMEN", colours = GREEN, face = "ana",
  { "ASSINATURA DO TITULAR", "Ana Specimen" },
}
kinds.brazil_id_back = {
  title = "VÁLIDA EM NENHUM TERRITÓRIO · ESPÉCIME · SPECIMEN", colours = GREEN,
  { "REGISTRO GERAL", complete("brazil_rg", "00.000.000-?"), "number" },
  { "DATA DE EXPEDIÇÃO", "15/04/2019", "issue_date", "2019-04-15" },
  { "NOME", "ANA SPECIMEN EXEMPLO", "name" }, { "FILIAÇÃO", "JOÃO EXEMPLO  MARIA SPECIMEN", "parents" },
  { "NATURALIDADE", "UTOPIA - SP", "birth_place" }, { "DATA DE NASCIMENTO", "20/08/1987", "birth_date", "1987-08-20" },
  { "DOC. ORIGEM", "UTOPIA-SP CN:LV.A0/FLS.0/N.000000", "origin_document" }, { "CPF", CPF, "tax_number" },
  { "FATOR RH", "O+", "blood_type" }, { "ÓRGÃO EXPEDIDOR", "SSP/SP", "issuing_authority" },
}
kinds.brazil_driving_licence = {
  title = "CARTEIRA NACIONAL DE HABILITAÇÃO · ESPÉCIME · SPECIMEN", colours = GREEN, face = "jose",
  { "NOME", "JOSE SPECIMEN EXEMPLO", "name" }, { "DOC. IDENTIDADE / ÓRG. EMISSOR / UF", "000000 SSP SP", "identity_document" },
  { "CPF", CPF, "tax_number" }, { "DATA NASCIMENTO", "03/02/1985", "birth_date", "1985-02-03" },
  { "FILIAÇÃO", "PEDRO EXEMPLO  RITA SPECIMEN", "parents" }, { "CAT. HAB.", "AB", "licence_classes" },
  { "Nº REGISTRO", complete("brazil_cnh", "000000001??"), "number" }, { "VALIDADE", "10/05/2032", "expiry_date", "2032-05-10" },
  { "1ª HABILITAÇÃO", "04/03/2004", "first_issue_date", "2004-03-04" }, { "", "0000000000", "document_number" },
}
kinds.brazil_driving_licence_back = {
  title = "ESPÉCIME · SPECIMEN", colours = GREEN,
  { "OBSERVAÇÕES", "EAR", "remarks" }, { "LOCAL", "UTOPIA, SP", "issue_place" },
  { "DATA EMISSÃO", "11/05/2022", "issue_date", "2022-05-11" }, { "", "00000000000 SP000000000", "back_number" },
}
kinds.brazil_rne = {
  title = "CÉDULA DE IDENTIDADE DE ESTRANGEIRO · SPECIMEN", colours = SAND, face = "devi",
  { "RNE", "V000000-0", "number" }, { "CLASSIFICAÇÃO", "PERMANENTE", "residence_category" },
  { "VALIDADE", "INDETERMINADA", "long_term", true }, { "NOME", "MIRA ELENA SPECIMEN", "name" },
  { "FILIAÇÃO", "ELIO SPECIMEN  NORA SPECIMEN", "parents" }, { "NACIONALIDADE", "UTOPIA", "nationality" },
  { "SEXO", "F", "sex" }, { "DATA DE NASCIMENTO", "14/02/1979", "birth_date", "1979-02-14" },
}
kinds.brazil_rne_back = {
  title = "SPECIMEN", colours = SAND,
  { "NATURALIDADE (PAÍS)", "ZENITH UTOPIA", "birth_place" }, { "DATA DE ENTRADA", "02/03/2010", "entry_date", "2010-03-02" },
  { "VIA", "1", "copy_number", 1 }, { "DATA DE EXPEDIÇÃO", "15/06/2014", "issue_date", "2014-06-15" },
  { "ÓRGÃO EXPEDIDOR", "CGPI/DIREX/DPF", "issuing_authority" },
  { "", "I<BRAV000000<<0<<<<<<<<<<<<<<<\n7902140F0000000UTO<<<<<<<<<<<0\nSPECIMEN<<MIRA<ELENA<<<<<<<<<<", "mrz_text",
    "I<BRAV000000<<0<<<<<<<<<<<<<<< 7902140F0000000UTO<<<<<<<<<<<0 SPECIMEN<<MIRA<ELENA<<<<<<<<<<" },
}
kinds.brazil_rnm = {
  title = "CARTEIRA DE REGISTRO NACIONAL MIGRATÓRIO · SPECIMEN", colours = GREY, face = "devi",
  { "SOBRENOME", "SPECIMEN", "surname" }, { "NOME", "MIRA ELENA", "given_name" },
  { "NASCIMENTO", "14/02/1979", "birth_date", "1979-02-14" },
  { "SEXO", "F", "sex" }, { "FILIAÇÃO", "ELIO SPECIMEN  NORA SPECIMEN", "parents" }, { "NACIONALIDADE", "UTOPIA", "nationality" },
  { "RNM", "F000000-0", "number" }, { "VALIDADE", "01/11/2031", "expiry_date", "2031-11-01" },
  also = { name = "MIRA ELENA SPECIMEN" },
}
kinds.brazil_rnm_back = {
  title = "SPECIMEN", colours = GREY,
  { "CPF", CPF, "tax_number" }, { "CLASSIFICAÇÃO", "RESIDENTE", "residence_category" },
  { "PRAZO DE RESIDÊNCIA", "01/11/2031", "residence_until", "2031-11-01" }, { "EMISSÃO", "29/11/2021", "issue_date", "2021-11-29" },
  { "", "CGPI/DIREX/PF", "issuing_authority" }, { "AMPARO LEGAL", "ART. 0, LEI 0", "legal_basis" },
  { "", "I<BRAF000000<<0<<<<<<<<<<<<<<<\n7902140F3111010UTO<<<<<<<<<<<0\nSPECIMEN<<MIRA<ELENA<<<<<<<<<<", "mrz_text",
    "I<BRAF000000<<0<<<<<<<<<<<<<<< 7902140F3111010UTO<<<<<<<<<<<0 SPECIMEN<<MIRA<ELENA<<<<<<<<<<" },
  back_face = "devi",
}

kinds.mexico_voter_id = {
  title = "INSTITUTO DE EJEMPLOS · CREDENCIAL PARA VOTAR · SPECIMEN", colours = LILAC, face = "jose",
  { "NOMBRE", "SPECIMEN EJEMPLO JOSE", "name" }, { "DOMICILIO", "C FICTICIA 0 COL EJEMPLO 00000 UTOPIA, UTO.", "address" },
  { "CLAVE DE ELECTOR", "SPEJJS01010187H000", "number" }, { "CURP", "XEXX010101HNEXXXA4", "personal_number" },
  { "FECHA DE NACIMIENTO", "01/01/2001", "birth_date", "2001-01-01" }, { "SEXO", "H", "sex", "M" },
  { "AÑO DE REGISTRO", "2019 00", "registration_year", "2019" }, { "ESTADO", "00", "state_code" },
  { "MUNICIPIO", "000", "municipality_code" },
  { "LOCALIDAD", "0000", "locality_code" }, { "SECCIÓN", "0000", "electoral_section" }, { "EMISIÓN", "2022", "issue_year" },
  { "VIGENCIA", "2032", "expiry_year" },
  also = { surname = "SPECIMEN", second_surname = "EJEMPLO", given_name = "JOSE", village = "COL EJEMPLO", city = "UTOPIA",
    state = "UTO.", postal_code = "00000" },
}
kinds.mexico_voter_id_back = {
  title = "SPECIMEN", colours = LILAC, { "", "SPECIMEN<EJEMPLO<<JOSE<<<<<<<<", "name", "SPECIMEN EJEMPLO JOSE" },
}

kinds.china_exit_permit = {
  title = "往来港澳通行证 样本 EXIT-ENTRY PERMIT SPECIMEN", colours = ROSE, face = "chen",
  { "", "C00000000", "number" }, { "姓名 Name", "范例  FAN, LI", "native_name", "范例" }, { "", "FAN,LI", "name" },
  { "出生日期", "1991.05.06", "birth_date", "1991-05-06" }, { "性别", "女", "sex", "F" },
  { "有效期限", "2021.03.01-2031.02.28", "issue_date", "2021-03-01" }, { "签发机关", "样本出入境管理局", "issuing_authority" },
  { "签发地点", "样本", "issue_place" }, also = { expiry_date = "2031-02-28", document_type = "往来港澳通行证" },
}
kinds.mainland_travel_permit = {
  title = "港澳居民来往内地通行证 样本 SPECIMEN", colours = BLUE, face = "chen",
  { "姓名", "樂永晴", "native_name" }, { "", "LOK, WING CHING", "name" }, { "出生日期", "1985.06.03", "birth_date", "1985-06-03" },
  { "性别", "女", "sex", "F" }, { "有效期限", "2022.04.05-2032.04.04", "issue_date", "2022-04-05" },
  { "签发机关", "样本出入境管理局", "issuing_authority" }, { "证件号码", "H00000000", "number" },
  { "换证次数", "01", "issue_count", 1 }, { "签发地点", "样本", "issue_place" },
  also = { expiry_date = "2032-04-04", document_type = "港澳居民来往内地通行证" },
}
kinds.mainland_travel_permit_back = {
  title = "样本 SPECIMEN", colours = BLUE,
  { "香港身份证号码", HONG_KONG, "personal_number" }, { "历史证件号码", "H0000000000", "previous_number" },
}
kinds.hmt_residence_permit = {
  title = "港澳居民居住证 样本 SPECIMEN", colours = GREEN, face = "somchai",
  { "姓名", "例永安", "name" }, { "性别", "男", "sex", "M" }, { "出生", "1987年8月15日", "birth_date", "1987-08-15" },
  { "住址", "示例省样本市虚构区测试路2号", "address" }, { "公民身份号码", china.permit, "number" },
  also = { document_type = "港澳台居住证人像面" },
}
kinds.hmt_residence_permit_back = {
  title = "中华人民共和国港澳居民居住证 样本 SPECIMEN", colours = GREEN,
  { "签发机关", "样本市公安局", "issuing_authority" }, { "有效期限", "2026.06.01-2031.05.31", "issue_date", "2026-06-01" },
  { "通行证号码", "H00000000", "permit_number" }, { "签发次数", "01", "issue_count", 1 },
  also = { expiry_date = "2031-05-31", document_type = "港澳台居住证国徽面" },
}
kinds.china_permanent_residence = {
  title = "外国人永久居留身份证 样本 PERMANENT RESIDENT ID CARD", colours = SAND, face = "ana",
  { "姓名 Name", "SPECIMEN, MIRA ELENA", "name" }, { "", "范米拉", "native_name" }, { "性别 Sex", "女/F", "sex", "F" },
  { "出生日期 Date of Birth", "1985.03.04", "birth_date", "1985-03-04" }, { "国籍 Nationality", "美国/USA", "nationality" },
  { "有效期限 Period of Validity", "2024.02.01-2034.01.31", "issue_date", "2024-02-01" },
  { "证件号码 Card No.", china.permanent, "number" },
  also = { expiry_date = "2034-01-31", document_type = "外国人永久居留证人像面" },
}
kinds.china_permanent_residence_back = {
  title = "样本 SPECIMEN", colours = SAND,
  { "签发机关 Issuing Authority", "样本移民管理局", "issuing_authority" },
  { "曾持证件号码", complete("china_permanent_residence", "USA11008503040?"), "previous_number" },
  also = { document_type = "外国人永久居留证国徽面" },
}
kinds.china_temporary_id = {
  title = "临时居民身份证 样本 SPECIMEN", colours = GREY, face = "chen",
  { "姓名", "例晓月", "name" }, { "性别", "女", "sex", "F" }, { "民族", "汉", "ethnicity" },
  { "出生", "1992年2月29日", "birth_date", "1992-02-29" }, { "住址", "示例省样本市虚构区测试路3号", "address" },
  { "公民身份号码", china.temporary, "number" }, also = { document_type = "临时身份证人像面" },
}
kinds.china_temporary_id_back = {
  title = "临时居民身份证 样本 SPECIMEN", colours = GREY,
  { "签发机关", "样本市公安局虚构分局", "issuing_authority" }, { "有效期限", "2026.10.01-2026.12.31", "issue_date", "2026-10-01" },
  also = { expiry_date = "2026-12-31", document_type = "临时身份证国徽面" },
}
kinds.china_driving_licence = {
  title = "机动车驾驶证 样本 Driving License SPECIMEN", colours = GREY,
  { "证号", china.driver, "number" }, { "姓名 Name", "例大勇", "name" }, { "性别 Sex", "男", "sex", "M" },
  { "国籍 Nationality", "中国", "nationality" }, { "住址 Address", "示例省样本市虚构区测试路4号", "address" },
  { "出生日期", "1988-07-05", "birth_date", "1988-07-05" }, { "初次领证日期", "2010-08-09", "first_issue_date", "2010-08-09" },
  { "准驾车型 Class", "C1", "licence_classes" }, { "有效期限", "2026-08-09 至 2036-08-09", "valid_from", "2026-08-09" },
  { "", "样本市公安局交通警察支队", "issuing_authority" }, also = { expiry_date = "2036-08-09", document_type = "纸质驾驶证" },
}
kinds.china_driving_licence_back = {
  title = "机动车驾驶证副页 样本 SPECIMEN", colours = GREY,
  { "证号", china.driver, "number" }, { "姓名", "例大勇", "name" }, { "档案编号", "000000000000", "file_number" },
  { "记录", "无违章记录", "remarks" }, also = { document_type = "纸质驾驶证" },
}
kinds.china_ride_hailing_licence = {
  title = "网络预约出租汽车驾驶员证 样本 SPECIMEN", colours = BLUE,
  { "姓名", "例大勇", "name" }, { "证号", "000000000000000000", "number" }, { "发证日期", "2022年05月06日", "first_issue_date", "2022-05-06" },
  { "有效起始日期", "2022年05月06日", "valid_from", "2022-05-06" }, { "有效截止日期", "2030年05月05日", "expiry_date", "2030-05-05" },
}
kinds.china_household_register = {
  title = "常住人口登记卡 样本 SPECIMEN", colours = SAND,
  { "姓名", "例小芳", "name" }, { "户主或与户主关系", "女儿", "relationship" }, { "曾用名", "例芳芳", "former_name" },
  { "性别", "女", "sex", "F" }, { "出生地", "示例省样本市", "birth_place" }, { "民族", "汉族", "ethnicity" }, { "籍贯", "示例省样本市", "native_place" },
  { "出生日期", "1993年11月20日", "birth_date", "1993-11-20" }, { "身高", "165厘米", "height", 1.65 }, { "血型", "O", "blood_type" },
  { "文化程度", "大学本科", "education" }, { "婚姻状况", "未婚", "marital_status" }, { "职业", "教师", "occupation" },
  { "服务处所", "样本小学", "workplace" }, { "公民身份证件编号", china.register, "number" },
  { "登记日期", "2015年03月04日", "registration_date", "2015-03-04" }, { "户号", "000000000", "household_number" },
  { "住址", "示例省样本市虚构区测试路5号", "address" },
}

kinds.bangladesh_id = {
  title = "NATIONAL ID CARD · SPECIMEN", colours = GREEN, face = "somchai",
  { "Name", "NAMUNA SPECIMEN", "name" }, { "Date of Birth", "07 Jan 1985", "birth_date", "1985-01-07" },
  { "NID No.", "000 000 0000", "number", "0000000000" },
}
kinds.bangladesh_id_back = {
  title = "SPECIMEN", colours = GREEN,
  { "Address", "0 NAMUNA ROAD, UTOPIA", "address" }, { "Blood Group", "B+", "blood_type" },
  { "Place of Birth", "UTOPIA", "birth_place" },
  { "Issue Date", "16 Dec 2016", "issue_date", "2016-12-16" },
}
kinds.colombia_id = {
  title = "IDENTIFICACIÓN PERSONAL · CÉDULA · SPECIMEN", colours = SAND, face = "ana",
  { "NÚMERO", "0.000.000.001", "number" }, { "APELLIDOS", "SPECIMEN EJEMPLO", "surname" }, { "NOMBRES", "LUCIA", "given_name" },
  also = { name = "LUCIA SPECIMEN EJEMPLO" },
}
kinds.colombia_id_back = {
  title = "SPECIMEN", colours = SAND,
  { "FECHA DE NACIMIENTO", "24-SEP-1986", "birth_date", "1986-09-24" },
  { "LUGAR DE NACIMIENTO", "UTOPIA (EJEMPLO)", "birth_place" },
  { "ESTATURA", "1.64", "height", 1.64 }, { "G.S. RH", "A+", "blood_type" }, { "SEXO", "F", "sex" },
  { "FECHA Y LUGAR DE EXPEDICIÓN", "28-ENE-2005 UTOPIA", "issue_date", "2005-01-28" }, also = { issue_place = "UTOPIA" },
}
kinds.ghana_id = {
  title = "ECOWAS IDENTITY CARD · SPECIMEN", colours = GREEN, face = "kofi",
  { "Surname", "SPECIMEN", "surname" }, { "Firstnames", "KOFI", "given_name" }, { "Nationality", "GHANAIAN", "nationality" },
  { "Sex", "M", "sex" }, { "Date of Birth", "05/06/1984", "birth_date", "1984-06-05" },
  { "Personal ID Number", "GHA-000000000-0", "number" },
  { "Document Number", "XX0000000", "document_number" }, { "Place of Issuance", "UTOPIA", "issue_place" },
  { "Date of Issuance", "10/11/2023", "issue_date", "2023-11-10" }, { "Date of Expiry", "09/11/2033", "expiry_date", "2033-11-09" },
  also = { name = "KOFI SPECIMEN" },
}
kinds.india_aadhaar_back = {
  title = "UNIQUE IDENTIFICATION · SPECIMEN · NOT A REAL DOCUMENT", colours = SAND,
  { "Address", "S/O NAMUNA, 0 SPECIMEN STREET, UTOPIA", "address" }, { "", "UTOPIA", "city" }, { "", "KARNATAKA", "state" },
  { "PIN Code", "000000", "postal_code" }, { "", "9999 4105 7058", "number", "999941057058" },
  { "VID", complete("india_vid", "9000 0000 0000 000?"), "virtual_number", complete("india_vid", "900000000000000?") },
}
kinds.pakistan_id = {
  title = "NATIONAL IDENTITY CARD · SPECIMEN", colours = GREEN, face = "kofi",
  { "Name", "Namoona Specimen", "name" }, { "Father Name", "Misaal Specimen", "father_name" }, { "Gender", "M", "sex" },
  { "Country of Stay", "Pakistan", "country" }, { "Identity Number", "30000-0000000-1", "number" },
  { "Date of Birth", "11.12.1983", "birth_date", "1983-12-11" }, { "Date of Issue", "14.08.2022", "issue_date", "2022-08-14" },
  { "Date of Expiry", "14.08.2032", "expiry_date", "2032-08-14" },
}
kinds.peru_id = {
  title = "DOCUMENTO NACIONAL DE IDENTIDAD · SPECIMEN", colours = BLUE, face = "ana",
  { "DNI", "00000000", "number" }, { "Primer Apellido", "SPECIMEN", "surname" },
  { "Segundo Apellido", "EJEMPLO", "second_surname" },
  { "Pre Nombres", "LUCIA", "given_name" }, { "Sexo", "F", "sex" },
  { "Nacimiento: Fecha y Ubigeo", "24 09 1986", "birth_date", "1986-09-24" },
  { "", "000000", "birth_place_code" }, { "Estado Civil", "S", "marital_status" },
  { "Fecha Inscripción", "10 10 2004", "registration_date", "2004-10-10" },
  { "Fecha Emisión", "01 02 2024", "issue_date", "2024-02-01" }, { "Fecha Caducidad", "01 02 2032", "expiry_date", "2032-02-01" },
  also = { name = "LUCIA SPECIMEN EJEMPLO", nationality = "PER" },
}
kinds.romania_id = {
  title = "CARTE DE IDENTITATE · SPECIMEN", colours = BLUE, face = "devi",
  { "Seria", "XX", "series" }, { "nr", "000000", "number" }, { "Nume", "SPECIMEN", "surname" },
  { "Prenume", "MIRA-ELENA", "given_name" },
  { "Cetățenie", "Română / ROU", "nationality" }, { "Loc naștere", "Jud. UT Mun. Utopia", "birth_place" },
  { "Domiciliu", "Jud. UT Mun. Utopia Str. Exemplului nr. 0", "address" }, { "Emisă de", "SPCLEP Utopia", "issuing_authority" },
  { "Valabilitate", "03.09.2031", "expiry_date", "2031-09-03" }, also = { name = "MIRA-ELENA SPECIMEN" },
}
kinds.any_card = {
  title = "PHILIPPINE IDENTIFICATION CARD · SPECIMEN", colours = LILAC, face = "maria",
  { "", "0000-0000-0000-0000", "number" }, { "Apelyido/Last Name", "SPECIMEN", "surname" },
  { "Mga Pangalan/Given Names", "MARIA", "given_name" },
  { "Gitnang Apelyido/Middle Name", "HALIMBAWA", "middle_name" },
  { "Petsa ng Kapanganakan/Date of Birth", "MAY 12, 1991", "birth_date", "1991-05-12" },
  { "Tirahan/Address", "0 HALIMBAWA STREET, UTOPIA CITY", "address" },
  also = { name = "MARIA HALIMBAWA SPECIMEN", nationality = "PHL", issuing_country = "PHL" },
}
kinds.any_card_back = {
  title = "SPECIMEN", colours = LILAC,
  { "Araw ng pagkakaloob/Date of issue", "05 JUNE 2023", "issue_date", "2023-06-05" }, { "Kasarian/Sex", "FEMALE", "sex", "F" },
  { "Uri ng Dugo/Blood Type", "O+", "blood_type" }, { "Kalagayang Sibil/Marital Status", "SINGLE" },
  { "Lugar ng Kapanganakan/Place of Birth", "UTOPIA CITY", "birth_place" },
}
kinds.malaysia_id_back = {
  title = "PENDAFTARAN NEGARA · SPECIMEN", colours = BLUE, { "", "880229-14-0000-00-00", "back_number" },
}
kinds.macao_id_back = {
  title = "居民身份證 樣本 SPECIMEN", colours = GREEN,
  { "", "I<MAC10000000<00<<<<<<<<<<<<<<\n8507080M3203155<<<<<<<<<<<<<<<\nHO<<TAI<MAN<<<<<<<<<<<<<<<<<<<" },
}

-- The parameters of the portraits: see specimen_portrait.lua.
local faces = {
  chen = { skin = "#f0cda9", shade = "#d2a57d", hair = "#17151a", long = true, top = "#8c3040", eyes = "#2b1a12",
    ground = "#f4f6f7" },
  devi = { skin = "#efc7a6", shade = "#d19f78", hair = "#7a4a24", long = true, top = "#31506e", eyes = "#40618a",
    ground = "#e8e4dc" },
  somchai = { skin = "#dcae82", shade = "#b98a5f", hair = "#1d1a1c", top = "#e6e2d6", eyes = "#2b1a12", glasses = true,
    ground = "#dfe9e4" },
  malee = { skin = "#c98f68", shade = "#a86f4c", hair = "#3f5f8f", scarf = true, top = "#7a3f63", eyes = "#2b1a12",
    ground = "#cfdde9" },
  maria = { skin = "#d8a67a", shade = "#b58154", hair = "#22181a", long = true, top = "#3f6e4e", eyes = "#2b1a12",
    ground = "#eef0ea" },
  jose = { skin = "#d0a077", shade = "#ab7c53", hair = "#1b1516", top = "#34495e", eyes = "#2b1a12", beard = true,
    ground = "#e9edf0" },
  ana = { skin = "#e8bd97", shade = "#c79a70", hair = "#3b2418", long = true, top = "#a8483c", eyes = "#4a3520", glasses = true,
    ground = "#f0ece6" },
  kofi = { skin = "#7d5236", shade = "#5f3c26", hair = "#120f0f", top = "#d9c28a", eyes = "#1d120c", ground = "#e2e6ea" },
}

return { kinds = kinds, faces = faces }
