/* SPDX-License-Identifier: MIT
 *
 * Converts rows of pixels to sRGB: by a colour profile with Little CMS, or CMYK by a formula.
 */
#include "fit_colour.h"

#include <string.h>

#ifdef IDOCR_HAVE_LCMS

#include <lcms2.h>

#define MOST_PROFILE (4u * 1024 * 1024) /* bytes; profiles of printers have about 2 MB */

/* Returns a profile of grey with the tone curve of sRGB. */
static cmsHPROFILE grey_profile(cmsContext context)
{
    const cmsFloat64Number parameters[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    cmsToneCurve *curve = cmsBuildParametricToneCurve(context, 4, parameters);
    if (curve == NULL)
        return NULL;
    cmsHPROFILE profile = cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve);
    cmsFreeToneCurve(curve);
    return profile;
}

static cmsColorSpaceSignature space_of(enum idocr_fit_colour colour)
{
    switch (colour) {
    case IDOCR_FIT_GREY: return cmsSigGrayData;
    case IDOCR_FIT_CMYK: return cmsSigCmykData;
    case IDOCR_FIT_RGB:
    case IDOCR_FIT_YCC: break;
    }
    return cmsSigRgbData;
}

static void make_transform(struct idocr_fit_colours *colours, cmsHPROFILE profile)
{
    const bool grey = colours->from == IDOCR_FIT_GREY;
    cmsHPROFILE output = grey ? grey_profile(colours->context) : cmsCreate_sRGBProfileTHR(colours->context);
    if (output == NULL)
        return;
    const cmsUInt32Number in = grey ? TYPE_GRAY_8 : colours->from == IDOCR_FIT_CMYK ? TYPE_CMYK_8_REV : TYPE_RGB_8;
    colours->transform = cmsCreateTransformTHR(colours->context, profile, in, output, grey ? TYPE_GRAY_8 : TYPE_RGB_8,
                                               INTENT_PERCEPTUAL, cmsFLAGS_LOWRESPRECALC);
    cmsCloseProfile(output);
}

static enum idocr_fit_status use_profile(struct idocr_fit_colours *colours, const uint8_t *bytes, size_t length)
{
    if (length > MOST_PROFILE)
        return IDOCR_FIT_PROFILE;
    colours->context = cmsCreateContext(NULL, NULL);
    if (colours->context == NULL)
        return IDOCR_FIT_NO_MEMORY;
    cmsHPROFILE profile = cmsOpenProfileFromMemTHR(colours->context, bytes, (cmsUInt32Number)length);
    if (profile == NULL)
        return IDOCR_FIT_PROFILE;
    enum idocr_fit_status status = IDOCR_FIT_DONE;
    if (cmsGetColorSpace(profile) == space_of(colours->from)) {
        make_transform(colours, profile);
        if (colours->transform == NULL)
            status = IDOCR_FIT_PROFILE;
    }
    cmsCloseProfile(profile);
    return status;
}

#endif

enum idocr_fit_status idocr_fit_colours_open(struct idocr_fit_colours *colours, const struct idocr_fit_picture *picture)
{
    memset(colours, 0, sizeof *colours);
    colours->from = picture->colour;
    colours->to = picture->colour == IDOCR_FIT_CMYK ? IDOCR_FIT_RGB : picture->colour;
#ifdef IDOCR_HAVE_LCMS
    if (picture->profile != NULL)
        return use_profile(colours, picture->profile, picture->profile_length);
#endif
    return IDOCR_FIT_DONE;
}

/* Converts Adobe's CMYK, where 255 is no ink. */
static void cmyk_to_rgb(uint8_t *row, uint32_t width)
{
    const uint8_t *from = row;
    for (uint32_t x = 0; x < width; x++, from += 4) {
        unsigned black = from[3];
        for (int i = 0; i < 3; i++)
            *row++ = (uint8_t)((from[i] * black + 127u) / 255u);
    }
}

void idocr_fit_colours_row(const struct idocr_fit_colours *colours, uint8_t *row, uint32_t width)
{
#ifdef IDOCR_HAVE_LCMS
    if (colours->transform != NULL) {
        cmsDoTransform(colours->transform, row, row, width);
        return;
    }
#endif
    if (colours->from == IDOCR_FIT_CMYK)
        cmyk_to_rgb(row, width);
}

void idocr_fit_colours_close(struct idocr_fit_colours *colours)
{
#ifdef IDOCR_HAVE_LCMS
    if (colours->transform != NULL)
        cmsDeleteTransform(colours->transform);
    if (colours->context != NULL)
        cmsDeleteContext(colours->context);
#endif
    memset(colours, 0, sizeof *colours);
}
